import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { type ComponentType, type ReactNode, useId } from 'react';
import { type Language, languageNames, languageOf, languages } from '../../i18n/language.js';
import { useDesktop, useLanguage, useText } from '../hooks.js';
import classes from './choices.module.css';

type IconType = ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;

function labelled(Icon: IconType, label: string): ReactNode {
  return (
    <span className={classes.option}>
      <Icon size={16} aria-hidden />
      {label}
    </span>
  );
}

export function LanguageSwitch() {
  const t = useText();
  const language = useLanguage();
  const desktop = useDesktop();
  const name = useId();
  return (
    <SegmentedControl
      aria-label={t.settings.language}
      name={name}
      size="sm"
      value={language}
      onChange={value => desktop.language.choose(languageOf(value) ?? language)}
      data={languages.map((code: Language) => ({
        value: code,
        label: <span lang={code}>{languageNames[code]}</span>,
      }))}
      data-testid="language"
    />
  );
}

export function AppearanceChoice() {
  const t = useText();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const name = useId();
  return (
    <SegmentedControl
      aria-label={t.settings.appearance}
      name={name}
      size="sm"
      value={colorScheme}
      onChange={value => setColorScheme(value as typeof colorScheme)}
      data={[
        { value: 'light', label: labelled(IconSun, t.settings.light) },
        { value: 'dark', label: labelled(IconMoon, t.settings.dark) },
        { value: 'auto', label: labelled(IconDeviceDesktop, t.settings.auto) },
      ]}
      data-testid="appearance"
    />
  );
}
