import { readFileSync, statSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { ConfigError } from './error.js';

/** A key of the configuration file with its value and where they stand. */
export interface Entry {
  key: string;
  value: unknown;
  /** "file:line:column" of the key, and of the value. */
  keyAt: string;
  valueAt: string;
}

const largest = 1_000_000;

function readText(path: string): string {
  try {
    if (statSync(path).size > largest)
      throw new ConfigError(`${path} is larger than 1 MB: is it the right file?`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      code === 'ENOENT'
        ? `The configuration file ${path} does not exist`
        : `${path} cannot be read: ${message}`,
    );
  }
}

/** Reads the entries of a YAML file. Throws ConfigError with file, line and reason. */
export function readEntries(path: string, shownAs = path): Entry[] {
  const lineCounter = new LineCounter();
  const document = parseDocument(readText(path), { lineCounter, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number | undefined) => {
    const { line, col } = lineCounter.linePos(offset ?? 0);
    return `${shownAs}:${line}:${col}`;
  };
  const [first] = [...document.errors, ...document.warnings];
  if (first) throw new ConfigError(`${at(first.pos[0])}: ${first.message}`);
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  if (!isMap(contents)) {
    throw new ConfigError(`${at(contents.range?.[0])}: settings are written as "name: value", one a line`);
  }
  return contents.items.map(({ key, value }) => {
    if (!isScalar(key))
      throw new ConfigError(`${at(contents.range?.[0])}: the name of a setting must be a word`);
    const node = value as { range?: [number, number, number]; toJS(doc: unknown): unknown } | null;
    return {
      key: String(key.value),
      value: node?.toJS(document) ?? undefined,
      keyAt: at(key.range?.[0]),
      valueAt: at(node?.range?.[0] ?? key.range?.[0]),
    };
  });
}
