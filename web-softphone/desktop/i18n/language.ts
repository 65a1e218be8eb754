import { type Observable, Store } from '../store.js';
import { type Dictionary, en } from './en.js';
import { ko } from './ko.js';

export const languages = ['ko', 'en'] as const;
export type Language = (typeof languages)[number];

/** Each language by its own name. */
export const languageNames: Readonly<Record<Language, string>> = { ko: '한국어', en: 'English' };

export const dictionaries: Readonly<Record<Language, Dictionary>> = { en, ko };

const storageKey = 'ringbridge.language';

/** `ko-KR` → `ko`; null for a language that is not spoken here. */
export function languageOf(tag: string | null | undefined): Language | null {
  const primary = tag?.toLowerCase().split('-')[0];
  return languages.find(language => language === primary) ?? null;
}

/** The language of the page: what was chosen in this browser, else the account's, else the browser's. */
export class LanguageChoice {
  readonly #state: Store<Language>;
  #chosen: boolean;

  constructor(
    private readonly storage: Storage,
    browserLanguages: readonly string[],
  ) {
    const chosen = languageOf(storage.getItem(storageKey));
    this.#chosen = chosen !== null;
    const ofBrowser = browserLanguages.map(languageOf).find(language => language !== null);
    this.#state = new Store(chosen ?? ofBrowser ?? 'en');
  }

  get state(): Observable<Language> {
    return this.#state;
  }

  choose(language: Language): void {
    this.storage.setItem(storageKey, language);
    this.#chosen = true;
    this.#state.set(language);
  }

  /** The account's language, which counts as long as none was chosen here. */
  suggest(tag: string): void {
    const language = languageOf(tag);
    if (language && !this.#chosen) this.#state.set(language);
  }
}
