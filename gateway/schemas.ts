import { Type } from '@fastify/type-provider-typebox';

/** Pieces of request and response schemas that several features use. */

/** In the database and in the code a Date, on the wire RFC 3339. */
export const Timestamp = Type.Unsafe<Date>({ type: 'string', format: 'date-time' });
export const NullableTimestamp = Type.Unsafe<Date | null>({
  anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }],
});

export const ErrorBody = Type.Object(
  {
    code: Type.String({ description: 'An entry of the error catalogue (docs/errors.md).' }),
    message: Type.String({ description: "A sentence in the caller's language." }),
    field: Type.Optional(Type.String({ description: 'The field of the request that is wrong.' })),
    slot: Type.Optional(
      Type.Object(
        {
          at: Timestamp,
          until: Timestamp,
        },
        { description: 'The time that can be had instead.' },
      ),
    ),
  },
  { description: 'Why the request was refused.' },
);

/** Answers with a refusal, for the response part of a route's schema. */
export const refusals = { '4xx': ErrorBody, '5xx': ErrorBody } as const;

/** The id of a row. The format alone would also let a `urn:uuid:` pass. */
export const Uuid = Type.String({ format: 'uuid', pattern: '^[0-9a-fA-F-]{36}$' });

/** The id of a row in the path. */
export const IdParams = Type.Object({ id: Uuid });

export const NullableString = Type.Union([Type.String(), Type.Null()]);

/** What JavaScript and PostgreSQL know, too: no leap second, no year 0, none that its offset makes the year 10000. */
export const PointInTime = Type.String({
  format: 'date-time',
  pattern: '^[1-8][0-9]{3}-.{5}T.{6}[0-5][0-9](\\.[0-9]+)?(Z|[+-].{5})$',
});

const ShownName = Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' });
/** What customers and colleagues are shown, in each of their languages. */
export const BothNames = Type.Object({ en: ShownName, ko: ShownName }, { additionalProperties: false });
