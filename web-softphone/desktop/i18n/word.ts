/**
 * A word of the server (an outcome, a reason, a type of event) in the user's language; a word that is newer than this
 * page is shown as it is, made readable.
 */
export function wordFor(words: Readonly<Record<string, string>>, key: string): string {
  return Object.hasOwn(words, key) ? words[key]! : key.replaceAll(/[._]/g, ' ');
}
