import { getCountries } from 'libphonenumber-js/min';
import { useMemo } from 'react';
import { useLanguage } from '../../ui/hooks.js';

/** The countries that have telephone numbers, by their names in the user's language. */
export function useCountries(): { value: string; label: string }[] {
  const language = useLanguage();
  return useMemo(() => {
    const names = new Intl.DisplayNames(language, { type: 'region' });
    return getCountries()
      .map(value => ({ value: value as string, label: names.of(value) ?? value }))
      .sort((a, b) => a.label.localeCompare(b.label, language));
  }, [language]);
}
