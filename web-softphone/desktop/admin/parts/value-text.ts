import type { AdminText } from '../i18n/texts.js';

/** Any value of a form, to be read. */
export function valueText(value: unknown, t: AdminText): string {
  if (value === null || value === undefined || value === '') return t.none;
  if (typeof value === 'boolean') return value ? t.yes : t.no;
  if (Array.isArray(value))
    return value.length === 0 ? t.none : value.map(one => valueText(one, t)).join(', ');
  if (typeof value !== 'object') return String(value);
  const parts = Object.entries(value).map(([key, part]) => `${key}: ${valueText(part, t)}`);
  return parts.length === 0 ? t.none : parts.join(' · ');
}
