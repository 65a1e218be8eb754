import type { BrowserContextOptions } from 'playwright-core';

/** How somebody looks at a page. */
export interface Look {
  language: 'ko' | 'en';
  scheme: 'light' | 'dark';
  size: 'desk' | 'hand';
}

const sizes = { desk: { width: 1280, height: 800 }, hand: { width: 390, height: 844 } };

export const looks: readonly Look[] = (['ko', 'en'] as const).flatMap(language =>
  (['light', 'dark'] as const).flatMap(scheme =>
    (['desk', 'hand'] as const).map(size => ({ language, scheme, size })),
  ),
);

export function browserOptions({ language, scheme, size }: Look): BrowserContextOptions {
  return {
    colorScheme: scheme,
    viewport: sizes[size],
    locale: language === 'ko' ? 'ko-KR' : 'en-US',
    reducedMotion: 'reduce',
  };
}

export function wordsOf({ language, scheme, size }: Look): string {
  return `${language}-${scheme}-${size}`;
}

/** The pictures that are wanted: those whose name has each of these words (`widget`, `ko`, `dark`, `hand`) in it. */
export class Choice {
  readonly #words: readonly string[];

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  wants(shot: string, look: Look): boolean {
    const parts = [...shot.split('-'), ...wordsOf(look).split('-')];
    return this.#words.every(word => parts.includes(word));
  }
}
