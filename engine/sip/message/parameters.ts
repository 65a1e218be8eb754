/** Parameters behind a URI or a header field value: `;name[=value]…`, white space allowed around each sign. */

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09;

/** The position after a quoted string that begins at `at`; -1 when it does not end. */
export function endOfQuoted(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0x5c) i += 1;
    else if (code === 0x22) return i + 1;
  }
  return -1;
}

const doubledSemicolon = /;[ \t]*;/;

/** Whether there is nothing between two semicolons; one too many at the end is let pass. */
export function hasEmptyParameter(parameters: string): boolean {
  if (!doubledSemicolon.test(parameters)) return false;
  let empty = false;
  for (let i = 0; i < parameters.length; i += 1) {
    const code = parameters.charCodeAt(i);
    if (code === 0x3b) {
      if (empty) return true;
      empty = true;
    } else if (!isSpace(code)) empty = false;
    if (code !== 0x22) continue;
    const end = endOfQuoted(parameters, i);
    if (end < 0) return false;
    i = end - 1;
  }
  return false;
}

/**
 * The value of a parameter: empty when it has none, undefined when it is not there. Names are compared without
 * regard to case. `name` is in lower case.
 */
export function parameterOf(parameters: string, name: string): string | undefined {
  let at = parameters.indexOf(';');
  while (at >= 0 && at < parameters.length) {
    at += 1;
    while (isSpace(parameters.charCodeAt(at))) at += 1;
    const start = at;
    while (at < parameters.length) {
      const code = parameters.charCodeAt(at);
      if (code === 0x3b || code === 0x3d || code === 0x2c || isSpace(code)) break;
      at += 1;
    }
    const found = at - start === name.length && parameters.slice(start, at).toLowerCase() === name;
    while (isSpace(parameters.charCodeAt(at))) at += 1;
    let value = '';
    if (parameters.charCodeAt(at) === 0x3d) {
      at += 1;
      while (isSpace(parameters.charCodeAt(at))) at += 1;
      const valueStart = at;
      if (parameters.charCodeAt(at) === 0x22) {
        const end = endOfQuoted(parameters, at);
        if (end < 0) return undefined;
        at = end;
      } else {
        while (at < parameters.length) {
          const code = parameters.charCodeAt(at);
          if (code === 0x3b || code === 0x2c || isSpace(code)) break;
          at += 1;
        }
      }
      value = parameters.slice(valueStart, at);
    }
    if (found) return value;
    at = parameters.indexOf(';', at);
  }
  return undefined;
}
