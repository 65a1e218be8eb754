import type { Locale } from '../errors.js';
import type { Greeting, Site } from '../tenants/index.js';

/** How a site's widget looks and when it greets, in one language: what a page needs before anybody opens it. */
export interface Look {
  accent: string | null;
  position: 'start' | 'end';
  /** Whether there is a button at all. */
  shown: boolean;
  /** Whether visitors may talk in the page. */
  browserCalls: boolean;
  /** Words of the site's own, in place of the widget's. */
  button: string | null;
  title: string | null;
  intro: string | null;
  greetings: (Omit<Greeting, 'text'> & { text: string })[];
}

/** @param spoken whether the widget speaks this language too: to its words in another one, the site's do not fit */
export function lookOf(
  { widget, locales }: Site,
  { locale, spoken, shown }: { locale: Locale; spoken: boolean; shown: boolean },
): Look {
  const language = spoken && locales.includes(locale) ? locale : undefined;
  const own = (words: { en?: string; ko?: string } | undefined) => (language && words?.[language]) ?? null;
  return {
    accent: widget.accent ?? null,
    position: widget.position ?? 'end',
    shown,
    browserCalls: widget.browserCalls ?? true,
    button: own(widget.button),
    title: own(widget.title),
    intro: own(widget.intro),
    greetings: (widget.greetings ?? []).map(greeting => ({ ...greeting, text: greeting.text[locale] })),
  };
}
