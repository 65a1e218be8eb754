import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const harbor: MantineColorsTuple = [
  '#eef4fa',
  '#dbe7f3',
  '#b9d0e8',
  '#92b6da',
  '#6c9ccc',
  '#4a83ba',
  '#2c69a3',
  '#235588',
  '#1c456e',
  '#163756',
];
const leaf: MantineColorsTuple = [
  '#ebf8f0',
  '#d3efde',
  '#a8dfbd',
  '#7acd9a',
  '#50ba79',
  '#309f5d',
  '#1b7a44',
  '#166538',
  '#12522e',
  '#0d3f24',
];
const rose: MantineColorsTuple = [
  '#fdf0ef',
  '#f9dcda',
  '#f2b8b4',
  '#ea928c',
  '#e06c65',
  '#d14c45',
  '#b5332d',
  '#972924',
  '#7a211d',
  '#5f1a17',
];
const slate: MantineColorsTuple = [
  '#e7ebf0',
  '#c8d0da',
  '#a3afbd',
  '#7d8a9a',
  '#566374',
  '#3a4553',
  '#2a333f',
  '#1d242e',
  '#161c24',
  '#10151b',
];

/** System fonts, among them the Korean ones of Windows, macOS, Android and Linux. */
const fonts =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", sans-serif';

export const theme = createTheme({
  colors: { harbor, leaf, rose, dark: slate },
  primaryColor: 'harbor',
  primaryShade: { light: 6, dark: 6 },
  fontFamily: fonts,
  headings: { fontFamily: fonts, fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    InputWrapper: { styles: { label: { marginBottom: 4 }, description: { marginBottom: 6 } } },
    SegmentedControl: {
      defaultProps: { withItemsBorders: false },
      styles: {
        root: { backgroundColor: 'var(--rb-grey-soft)' },
        // In a narrow window, or with letters far apart, a choice takes two lines and loses nothing: between words, and where
        // there is room none.
        control: { flex: '1 1 auto' },
        label: { whiteSpace: 'normal', overflowWrap: 'break-word' },
      },
    },
    Notification: { styles: { description: { color: 'var(--rb-text)' } } },
    Modal: { styles: { title: { fontWeight: 650 } } },
  },
});

/** Where Mantine's own greys are too pale for small text (WCAG 1.4.3). */
export const resolveVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--rb-muted)',
    '--mantine-color-placeholder': 'var(--rb-muted)',
    '--mantine-color-body': 'var(--rb-surface)',
    '--mantine-color-error': 'var(--mantine-color-rose-6)',
    '--mantine-color-anchor': 'var(--mantine-color-harbor-6)',
  },
  dark: {
    '--mantine-color-dimmed': 'var(--rb-muted)',
    '--mantine-color-placeholder': 'var(--rb-muted)',
    '--mantine-color-body': 'var(--rb-surface)',
    '--mantine-color-text': 'var(--mantine-color-dark-0)',
    '--mantine-color-error': 'var(--mantine-color-rose-3)',
    '--mantine-color-anchor': 'var(--mantine-color-harbor-3)',
  },
});
