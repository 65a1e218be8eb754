import { createContext, useContext, useEffect } from 'react';
import type { Me } from '../api/types.js';
import { useLanguage, useStore } from '../ui/hooks.js';
import type { Names } from './api.js';
import type { Collection, CollectionState, Versioned } from './collection.js';
import type { House } from './house.js';
import { type AdminText, adminTexts } from './i18n/texts.js';

export interface AdminContextValue {
  house: House;
  me: Me;
  /** Supervisors see what is set, and change nothing. */
  readOnly: boolean;
}

export const AdminContext = createContext<AdminContextValue | null>(null);

export function useAdmin(): AdminContextValue {
  const value = useContext(AdminContext);
  if (!value) throw new Error('used outside of AdminContext');
  return value;
}

/** The sentences of these pages, in the user's language. */
export function useAdminText(): AdminText {
  return adminTexts[useLanguage()];
}

/** What the server has, read anew when the page is opened; until then what was read before. */
export function useCollection<T extends Versioned>(collection: Collection<T>): CollectionState<T> {
  useEffect(() => void collection.load(), [collection]);
  return useStore(collection.state);
}

/** A name in the user's language. */
export function useNameOf(): (names: Names | { en: string; ko?: string }) => string {
  const language = useLanguage();
  return names => names[language] ?? names.en;
}
