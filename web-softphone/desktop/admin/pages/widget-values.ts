import { type Language, languages } from '../../i18n/language.js';
import type { Greeting, Site, WidgetSettings, Words } from '../api.js';
import type { AdminText } from '../i18n/texts.js';
import { keyPattern } from '../parts/fields.js';
import type { FieldErrors } from '../parts/use-fields.js';

export const path = '/desktop/admin/widget';
export const mostGreetings = 10;
/** What a site may say in its own words. */
export const wordFields = ['button', 'title', 'intro'] as const;
export type WordField = (typeof wordFields)[number];
export const mostLetters = { button: 40, title: 60, intro: 200, greeting: 160 } as const;

/** To whom a greeting is shown. */
export type Who = 'everybody' | 'returning' | 'new';

export interface GreetingValues {
  key: string;
  text: Record<Language, string>;
  queue: string;
  pages: string[];
  afterSeconds: number;
  who: Who;
  cartAtLeast: number | null;
}

/** The settings as they stand in a form: everything is there, and empty where the widget's own holds. */
export interface WidgetValues {
  accent: string;
  position: 'start' | 'end';
  hideWhenClosed: boolean;
  browserCalls: boolean;
  button: Record<Language, string>;
  title: Record<Language, string>;
  intro: Record<Language, string>;
  greetings: GreetingValues[];
}

export function valuesOf({ widget }: Site): WidgetValues {
  const words = (own: Words | undefined) => ({ ko: own?.ko ?? '', en: own?.en ?? '' });
  return {
    accent: widget.accent ?? '',
    position: widget.position ?? 'end',
    hideWhenClosed: widget.hideWhenClosed ?? false,
    browserCalls: widget.browserCalls ?? true,
    button: words(widget.button),
    title: words(widget.title),
    intro: words(widget.intro),
    greetings: (widget.greetings ?? []).map(({ key, text, queue, pages, afterSeconds, ...rules }) => ({
      key,
      text: { ko: text.ko, en: text.en },
      queue,
      pages: pages ?? [],
      afterSeconds,
      who: rules.returning === undefined ? 'everybody' : rules.returning ? 'returning' : 'new',
      cartAtLeast: rules.cartAtLeast ?? null,
    })),
  };
}

/** What the server is told: only what differs from the widget's own. */
export function settingsOf(values: WidgetValues): WidgetSettings {
  const settings: WidgetSettings = {
    position: values.position,
    hideWhenClosed: values.hideWhenClosed,
    browserCalls: values.browserCalls,
    greetings: values.greetings.map(greetingOf),
  };
  if (values.accent) settings.accent = values.accent.toLowerCase();
  for (const field of wordFields) {
    const said = languages.flatMap(language => {
      const words = values[field][language].trim();
      return words ? [[language, words]] : [];
    });
    if (said.length > 0) settings[field] = Object.fromEntries(said) as Words;
  }
  return settings;
}

function greetingOf({ key, text, queue, pages, afterSeconds, who, cartAtLeast }: GreetingValues): Greeting {
  return {
    key,
    text: { ko: text.ko.trim(), en: text.en.trim() },
    queue,
    ...(pages.length > 0 && { pages }),
    afterSeconds,
    ...(who !== 'everybody' && { returning: who === 'returning' }),
    ...(cartAtLeast !== null && { cartAtLeast }),
  };
}

/** A greeting to begin with, under a key that nothing was ever counted by. */
export function newGreeting(taken: readonly string[], queue: string): GreetingValues {
  const free = Array.from({ length: taken.length + 1 }, (_, index) => `greeting-${index + 1}`);
  return {
    key: free.find(key => !taken.includes(key))!,
    text: { ko: '', en: '' },
    queue,
    pages: [],
    afterSeconds: 20,
    who: 'everybody',
    cartAtLeast: null,
  };
}

/** The paths of what people type and paste, each once. */
export function pagesIn(entered: readonly string[]): string[] {
  const paths = entered.flatMap(text => text.split(/[\s,]+/)).map(tidiedPage);
  return [...new Set(paths)].filter(page => page !== '');
}

/** What people paste, as a path that a browser's address can be compared with: without host, query and escapes. */
function tidiedPage(text: string): string {
  const trimmed = text.trim();
  const path = /^https?:\/\//i.test(trimmed) && URL.canParse(trimmed) ? new URL(trimmed).pathname : trimmed;
  const plain = path.split(/[?#]/)[0] ?? '';
  try {
    return decodeURI(plain.startsWith('/') || plain === '' ? plain : `/${plain}`);
  } catch {
    return plain;
  }
}

export const colour = /^#[0-9a-f]{6}$/i;

export function faults(values: WidgetValues, t: AdminText): FieldErrors {
  const errors: FieldErrors = {};
  if (values.accent && !colour.test(values.accent)) errors.accent = t.widget.accentWrong;
  const keys = values.greetings.map(({ key }) => key);
  for (const [index, { key, text, queue, pages }] of values.greetings.entries()) {
    const at = `greetings.${index}`;
    if (!keyPattern.test(key)) errors[`${at}.key`] = key === '' ? t.missing : t.keyWrong;
    else if (keys.indexOf(key) !== index) errors[`${at}.key`] = t.widget.keyTwice;
    for (const language of languages)
      if (text[language].trim() === '') errors[`${at}.text.${language}`] = t.missing;
    if (!queue) errors[`${at}.queue`] = t.missing;
    if (pages.some(page => page.length > 200)) errors[`${at}.pages`] = t.widget.pageTooLong;
  }
  return errors;
}
