/** What an HTTP request handler wants done with a request: its JSON answer. */
import { Ajv } from 'ajv';
import { type Static, Type } from 'typebox';

// No line end may get into a header field, and nothing is longer than it can be of use.
const text = (maxLength: number) => Type.String({ maxLength, pattern: '^[^\\r\\n\\u0000]*$' });
const address = Type.String({ minLength: 1, maxLength: 2_048, pattern: '^[^\\r\\n\\u0000]+$' });
const addresses = Type.Union([address, Type.Array(address, { minItems: 1, maxItems: 32 })]);
const duration = Type.String({ pattern: '^\\d{1,9}(ms|s)$' });

const schema = Type.Union([
  Type.Object({
    action: Type.Literal('reject'),
    data: Type.Object({
      status: Type.Integer({ minimum: 300, maximum: 699 }),
      reason: Type.Optional(text(256)),
    }),
  }),
  Type.Object({ action: Type.Literal('redirect'), data: Type.Object({ contact: addresses }) }),
  Type.Object({
    action: Type.Literal('proxy'),
    data: Type.Object({
      destination: addresses,
      recordRoute: Type.Optional(Type.Boolean()),
      followRedirects: Type.Optional(Type.Boolean()),
      simultaneous: Type.Optional(Type.Boolean()),
      provisionalTimeout: Type.Optional(duration),
      finalTimeout: Type.Optional(duration),
    }),
  }),
  Type.Object({ action: Type.Literal('route'), data: Type.Object({ uri: address }) }),
  Type.Object({ action: Type.Literal('route'), data: Type.Object({ tag: text(64) }) }),
]);

export type Instruction = Static<typeof schema>;

const isInstruction = new Ajv({ strict: true }).compile<Instruction>(schema);

/** @throws Error that says why it is none */
export function parseInstruction(json: string): Instruction {
  const value: unknown = JSON.parse(json);
  if (!isInstruction(value)) throw new Error('the answer is not one of the actions with its data');
  return value;
}

/** One or several, as several. */
export const listed = (value: string | string[]): string[] => (Array.isArray(value) ? value : [value]);
