/** What stands at a path of a form's values, such as `name.ko` or `origins.0`. */
export function valueAt(values: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((part, key) => (part as Record<string, unknown> | null | undefined)?.[key], values);
}

/** The values with another one at a path; what is not on the way stays the same object. */
export function withValue<V>(values: V, path: string, value: unknown): V {
  const [key = '', ...rest] = path.split('.');
  const inner =
    rest.length === 0 ? value : withValue((values as Record<string, unknown>)[key], rest.join('.'), value);
  if (Array.isArray(values)) return values.with(Number(key), inner) as V;
  return { ...values, [key]: inner };
}
