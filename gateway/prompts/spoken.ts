/** Among clips: a short silence between groups, as a comma is in a text. */
export const pause = Symbol('pause');

/** Something to be heard: its text for screens and logs, and the clips that are played one after the other. */
export interface Spoken {
  readonly text: string;
  readonly clips: readonly (string | typeof pause)[];
}

/** The clips of a language (or of no language) and what is heard in each. */
export type Vocabulary = Readonly<Record<string, string>>;

/** One clip of a vocabulary. @throws RangeError for one that it does not have: no sequence can name it then */
export function word(vocabulary: Vocabulary, clip: string): Spoken {
  const text = Object.hasOwn(vocabulary, clip) ? vocabulary[clip] : undefined;
  if (text === undefined) throw new RangeError(`there is no clip ${clip}`);
  return { text, clips: [clip] };
}

/** Parts heard in a row, written with `separator` between them. */
export function join(parts: readonly Spoken[], separator: string): Spoken {
  return { text: parts.map(({ text }) => text).join(separator), clips: parts.flatMap(({ clips }) => clips) };
}

/** Parts written as separate words. */
export const say = (...parts: readonly Spoken[]): Spoken => join(parts, ' ');

/** Parts written as one word. */
export const glue = (...parts: readonly Spoken[]): Spoken => join(parts, '');

/** Groups with a pause between them, written with a comma. */
export function pausing(groups: readonly Spoken[]): Spoken {
  return {
    text: groups.map(({ text }) => text).join(', '),
    clips: groups.flatMap(({ clips }, index) => (index === 0 ? clips : [pause, ...clips])),
  };
}

/** A whole sentence, with its full stop. */
export function sentence(...parts: readonly Spoken[]): Spoken {
  const { text, clips } = say(...parts);
  return { text: text.endsWith('.') ? text : `${text}.`, clips };
}

/** @throws RangeError unless `value` is a whole number from `least` to `most` */
export function whole(value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new RangeError(`${value} is no whole number from ${least} to ${most}`);
}
