import type { Language } from '../../i18n/language.js';
import { type AdminText, en } from './en.js';
import { ko } from './ko.js';

export type { AdminText };

/** The sentences of the administrators' pages: loaded with them. */
export const adminTexts: Readonly<Record<Language, AdminText>> = { en, ko };
