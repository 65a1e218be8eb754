/** Option tags (RFC 3261 section 19.2) in Supported and Require. */
import { splitList } from './name-addr.js';
import type { TemplateField } from './template.js';

/** Whether one of the header field values lists the tag; also for methods in Allow. @param tag in lower case */
export const lists = (values: readonly string[], tag: string): boolean =>
  values.some(value => splitList(value).some(item => item.toLowerCase() === tag));

/** The same fields, with the tag listed in Supported or Require. */
export function listing(
  fields: readonly TemplateField[],
  id: 'supported' | 'require',
  tag: string,
): TemplateField[] {
  const given = fields.filter(field => field.id === id).map(({ value }) => value);
  if (lists(given, tag)) return [...fields];
  const name = id === 'supported' ? 'Supported' : 'Require';
  const value = [...given.filter(text => text !== ''), tag].join(', ');
  return [...fields.filter(field => field.id !== id), { id, name, value }];
}
