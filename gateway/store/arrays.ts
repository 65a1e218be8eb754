/**
 * The array types that our statements use, told to the driver beforehand. Else it asks for all of them on every new
 * connection, and where that connection breaks before the answer, an error that nobody can catch ends the process.
 */
export const arrayTypes = {
  text: { to: 1009, from: [1009], serialize, parse },
  integer: { to: 1007, from: [1007], serialize, parse: (literal: string) => parse(literal).map(Number) },
};

/** `{"a","b c"}` (PostgreSQL, 8.15.6). */
function serialize(values: readonly (string | number)[]): string {
  return `{${values.map(value => `"${String(value).replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

/** Of one dimension and without NULL: others we have none. */
function parse(literal: string): string[] {
  const elements = literal.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs);
  return Array.from(elements, ([, quoted, bare = '']) => quoted?.replace(/\\(.)/gs, '$1') ?? bare);
}
