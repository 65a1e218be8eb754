import { Type } from '@fastify/type-provider-typebox';
import { NullableString, NullableTimestamp, PointInTime, Timestamp } from '../schemas.js';

export const Slot = Type.Object({ at: Timestamp, until: Timestamp });

/** In which time eight of ten are reached. */
const WaitRange = Type.Union(
  [Type.Object({ lowSeconds: Type.Integer(), highSeconds: Type.Integer() }), Type.Null()],
  {
    description:
      'The range in which eight of ten of the queue’s newest customers were reached who were told so much.',
  },
);

export const Callback = Type.Object({
  id: Type.String(),
  state: Type.String({ description: 'scheduled, waiting, offered, accepted, dialing, bridged or done' }),
  outcome: NullableString,
  position: Type.Union([Type.Integer(), Type.Null()]),
  estimatedWaitSeconds: Type.Union([Type.Integer(), Type.Null()]),
  estimatedWait: WaitRange,
  queue: Type.Object({ key: Type.String(), name: Type.String() }),
  requestedAt: Timestamp,
  dueAt: NullableTimestamp,
  slot: Type.Union([Slot, Type.Null()]),
  waitsFor: Type.Union([Type.Literal('opening'), Type.Null()], {
    description: 'Why it is offered to nobody although it waits: its counter is closed until `opensAt`.',
  }),
  opensAt: NullableTimestamp,
  movedFrom: Type.Union([Type.String(), Type.Null()], {
    description: 'Name of the counter it was asked for at, where it waits at another one now.',
  }),
  confirming: Type.Boolean({ description: 'The visitor has answered, and is asked to press 1.' }),
  via: Type.String({ description: 'phone or browser' }),
  away: Type.Boolean({ description: 'He talks in a page, and is not heard any more: he is waited for.' }),
  cutOff: Type.Boolean({
    description: 'A fault of ours has cut off the talk, and the visitor is called again.',
  }),
  call: Type.Union(
    [
      Type.Object({
        id: Type.String(),
        offer: Type.String({ description: 'SDP (RFC 3264), with all candidates.' }),
        answered: Type.Boolean(),
        again: Type.Boolean({
          description: 'He was on the line already: his page was loaded anew, or lost its network.',
        }),
        iceServers: Type.Array(
          Type.Object({
            urls: Type.Union([Type.String(), Type.Array(Type.String())]),
            username: Type.Optional(Type.String()),
            credential: Type.Optional(Type.String()),
          }),
        ),
      }),
      Type.Null(),
    ],
    { description: 'The call that the page has to answer, or is in.' },
  ),
});

export const Receipt = Type.Object({
  ...Callback.properties,
  token: Type.String(),
  link: Type.Union([Type.String(), Type.Null()], {
    description: 'Where it can be moved and taken back without a login; the token is behind the #.',
  }),
});

export const Site = Type.Object({
  name: Type.String(),
  locales: Type.Array(Type.String()),
  countries: Type.Array(Type.String()),
  queues: Type.Array(
    Type.Object({
      key: Type.String(),
      name: Type.String(),
      open: Type.Boolean({ description: 'Whether a call can be asked for now.' }),
      full: Type.Boolean({ description: 'Open, but so many wait that no more are taken.' }),
      opensAt: NullableTimestamp,
      later: Type.Boolean({ description: 'Whether a time can be chosen.' }),
      estimatedWaitSeconds: Type.Union([Type.Integer(), Type.Null()]),
      estimatedWait: WaitRange,
    }),
  ),
});

/** One of three types as a single schema: of a union, the first that a value can be made to fit would be taken. */
const ContextValue = Type.Unsafe<string | number | boolean>({
  type: ['string', 'number', 'boolean'],
  maxLength: 200,
});

export const Form = Type.Object(
  {
    siteKey: Type.String({ minLength: 1, maxLength: 64, examples: ['demo'] }),
    queue: Type.String({ minLength: 1, maxLength: 40, examples: ['sales'] }),
    phone: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        examples: ['010-5550-0000'],
        description: 'Needed unless `via` is browser.',
      }),
    ),
    via: Type.Optional(
      Type.Union([Type.Literal('phone'), Type.Literal('browser')], {
        description:
          'Where the customer is called. `browser`: on the page that asked, which has to stay open; only for now.',
      }),
    ),
    name: Type.Optional(Type.String({ maxLength: 80 })),
    note: Type.Optional(Type.String({ maxLength: 1000 })),
    locale: Type.Optional(Type.String({ maxLength: 35 })),
    at: Type.Optional(PointInTime),
    timeZone: Type.Optional(Type.String({ maxLength: 64, examples: ['Asia/Seoul'] })),
    context: Type.Optional(
      Type.Record(Type.String({ pattern: '^[\\p{L}\\p{N}][\\p{L}\\p{N} _.-]{0,39}$' }), ContextValue, {
        maxProperties: 20,
        additionalProperties: false,
        description: "What the site's own code tells the agent: what is in the cart, who has signed in.",
      }),
    ),
    greeting: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9-]{1,40}$',
        description: 'The greeting by which the panel was opened.',
      }),
    ),
    page: Type.Optional(
      Type.Object(
        {
          url: Type.String({ maxLength: 2000, pattern: '^https?://' }),
          title: Type.Optional(Type.String({ maxLength: 200 })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

export const Rating = Type.Object(
  {
    stars: Type.Integer({ minimum: 1, maximum: 5 }),
    comment: Type.Optional(Type.String({ maxLength: 1000 })),
  },
  { additionalProperties: false },
);

export const Answer = Type.Object(
  { sdp: Type.String({ minLength: 1, maxLength: 20_000, description: 'The answer, with its candidates.' }) },
  { additionalProperties: false },
);

export const Slots = Type.Object({
  slots: Type.Array(Slot, { description: 'The times that can be chosen, in order.' }),
});

export const NewTime = Type.Object(
  {
    at: Type.Union([PointInTime, Type.Null()], {
      description: 'The beginning of a slot, or null for now.',
    }),
  },
  { additionalProperties: false },
);
