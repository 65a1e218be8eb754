/** Values of a form that are the same on the wire are the same. */
export function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

/** JSON with the keys of objects in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** The fields of `after` that are not as they were. */
export function changesOf<T extends object>(before: T, after: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(after).filter(([key, value]) => !same(before[key as keyof T], value)),
  ) as Partial<T>;
}

/** One field that somebody else has changed since a form was opened. */
export interface Difference {
  field: string;
  theirs: unknown;
  mine: unknown;
  /** Whether this form has changed it, too. */
  contested: boolean;
}

/** What somebody else has changed from `base`, beside what stands in the form. */
export function differences<T extends object>(base: T, theirs: T, mine: T): Difference[] {
  return Object.keys(changesOf(base, theirs)).map(field => {
    const key = field as keyof T;
    return { field, theirs: theirs[key], mine: mine[key], contested: !same(base[key], mine[key]) };
  });
}
