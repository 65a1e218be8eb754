import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import type { Static, TSchema } from 'typebox';
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { DialplanError } from './error.js';

type Path = (string | number)[];

const maxBytes = 1_000_000;
const ajv = new Ajv({ allErrors: false, strict: false, verbose: true });

/** One YAML file that fits its schema, and where in it each value stands. */
export class SourceFile<Schema extends TSchema> {
  readonly value: Static<Schema>;
  readonly #document: Document;
  readonly #lines: LineCounter;

  /** @throws DialplanError */
  constructor(
    readonly path: string,
    schema: Schema,
  ) {
    this.#lines = new LineCounter();
    this.#document = parseDocument(this.#read(), {
      lineCounter: this.#lines,
      prettyErrors: false,
      uniqueKeys: true,
    });
    const [fault] = [...this.#document.errors, ...this.#document.warnings];
    if (fault) throw this.#at(fault.pos[0], fault.message);
    const value: unknown = this.#convert();
    const misfit = this.misfit([], value, schema);
    if (misfit) throw misfit;
    this.value = value as Static<Schema>;
  }

  /** Why the value at a path does not fit a schema; for a schema that depends on what else stands in the file. */
  misfit(path: Path, value: unknown, schema: TSchema): DialplanError | undefined {
    const validate = ajv.compile(schema);
    return validate(value) ? undefined : this.#misfit(path, validate.errors![0]!);
  }

  /** An error at the value of that path, or at its nearest parent that stands in the file. */
  error(path: Path, reason: string): DialplanError {
    for (let length = path.length; length > 0; length--) {
      const node: unknown = this.#document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return this.#at(node.range[0], reason);
    }
    return this.#at(this.#document.contents?.range?.[0] ?? 0, reason);
  }

  #read(): string {
    try {
      const text = readFileSync(this.path, 'utf8');
      if (text.length > maxBytes) throw new Error('the file is larger than a megabyte');
      return text;
    } catch (error) {
      throw new DialplanError(
        this.path,
        1,
        1,
        `cannot be read: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  #convert(): unknown {
    try {
      return this.#document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      throw this.#at(0, error instanceof Error ? error.message : String(error));
    }
  }

  #misfit(base: Path, error: ErrorObject): DialplanError {
    const path = [...base, ...this.#pathOf(error.instancePath)];
    const where = describe(path);
    const { additionalProperty, missingProperty, allowedValue } = error.params as Record<string, unknown>;
    if (typeof additionalProperty === 'string') {
      const parent: unknown = this.#document.getIn(path, true) ?? this.#document.contents;
      const pair = isMap(parent)
        ? parent.items.find(({ key }) => isNode(key) && key.toJS(this.#document) === additionalProperty)
        : undefined;
      const known = Object.keys((error.parentSchema as { properties?: object }).properties ?? {}).join(', ');
      const reason = `"${additionalProperty}" is not known ${where}; possible are ${known}`;
      return isNode(pair?.key) && pair.key.range
        ? this.#at(pair.key.range[0], reason)
        : this.error(path, reason);
    }
    if (typeof missingProperty === 'string')
      return this.error(path, `"${missingProperty}" is missing ${where}`);
    const { description } = error.parentSchema as { description?: string };
    const expected = allowedValue === undefined ? error.message : `must be "${String(allowedValue)}"`;
    return this.error(path, `${where} ${expected}${description ? `. ${description}` : ''}`);
  }

  #pathOf(pointer: string): Path {
    return pointer
      .split('/')
      .slice(1)
      .map(part => part.replace(/~1/g, '/').replace(/~0/g, '~'))
      .map(part => (/^\d+$/.test(part) ? Number(part) : part));
  }

  #at(offset: number, reason: string): DialplanError {
    const { line, col } = this.#lines.linePos(offset);
    return new DialplanError(this.path, Math.max(line, 1), Math.max(col, 1), reason);
  }
}

const describe = (path: Path) => (path.length === 0 ? 'at the top' : `in ${path.join('.')}`);
