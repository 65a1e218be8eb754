import { type Static, Type } from '@fastify/type-provider-typebox';
import { BrowserLine } from '../calls/index.js';
import { NullableString, NullableTimestamp, Timestamp } from '../schemas.js';

const WrapUpForm = Type.Object(
  {
    note: Type.Optional(Type.String({ maxLength: 4000 })),
    disposition: Type.Optional(Type.String({ maxLength: 60 })),
  },
  { additionalProperties: false },
);

/** The body may be absent. As one schema, and not as a union: so an error names the field that is wrong. */
export const WrapUp = Type.Unsafe<Static<typeof WrapUpForm> | null>({
  ...WrapUpForm,
  type: ['object', 'null'],
});

export const Me = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: Type.String(),
  role: Type.String(),
  locale: Type.String(),
  tenant: Type.Object({ name: Type.String(), timeZone: Type.String(), countries: Type.Array(Type.String()) }),
  state: Type.String({
    description: 'offline, ready, reserved, offered, talking, wrap_up, paused or unreachable',
  }),
  stateSince: Timestamp,
  nextState: Type.String({
    description: 'what comes after the present engagement: ready, paused or offline',
  }),
  reason: NullableString,
  softphone: Type.String({ description: 'registered or unregistered' }),
});

export const SoftphoneCredential = Type.Object({
  wsUrl: Type.String(),
  uri: Type.String(),
  username: Type.String(),
  password: Type.String(),
  expiresAt: Type.String({ format: 'date-time' }),
  iceServers: Type.Array(
    Type.Object({
      urls: Type.Union([Type.String(), Type.Array(Type.String())]),
      username: Type.Optional(Type.String()),
      credential: Type.Optional(Type.String()),
    }),
  ),
});

const figure = Type.Union([Type.Number(), Type.Null()]);

/** The figures of a line's media. */
const LineQuality = Type.Union([
  Type.Object({
    codec: NullableString,
    packetsSent: Type.Number(),
    packetsReceived: Type.Number(),
    packetsLost: Type.Number({ description: 'Of what we should have received.' }),
    jitterMs: Type.Number(),
    roundTripMs: figure,
    sentLost: Type.Union([Type.Number(), Type.Null()], {
      description: 'Of what we sent, as its receiver reports.',
    }),
    sentJitterMs: figure,
    mosReceived: Type.Union([Type.Number(), Type.Null()], {
      description: 'Mean opinion score by the E-model (ITU-T G.107), 1 to 4.5.',
    }),
    mosSent: figure,
  }),
  Type.Null(),
]);

const LineInBrowser = Type.Union([BrowserLine, Type.Null()], {
  description: 'Of an agent’s line: the statistics of his browser, at most five seconds old.',
});

const fields = {
  id: Type.String(),
  channel: Type.String({ description: 'callback, call, outbound or internal' }),
  with: Type.String({ description: 'Whom the agent talks with: a customer or a colleague.' }),
  state: Type.String({
    description: 'scheduled, waiting, offered, accepted, dialing, bridged, wrap_up or done',
  }),
  outcome: NullableString,
  queue: Type.Object({ key: Type.String(), name: Type.String() }),
  customer: Type.Object({ name: NullableString, phone: NullableString }),
  inbound: Type.Union(
    [
      Type.Object({
        number: Type.String({ description: 'What was dialled.' }),
        choices: Type.Array(Type.Object({ step: Type.String(), keys: Type.String(), to: NullableString }), {
          description: 'What was chosen in which menu, and the step that it led to.',
        }),
      }),
      Type.Null(),
    ],
    { description: 'Of somebody who called.' },
  ),
  via: Type.String({ description: 'Where the customer is called: phone or browser.' }),
  confirming: Type.Boolean({ description: 'He has answered, and is asked to press 1.' }),
  note: NullableString,
  locale: Type.String(),
  page: Type.Union([Type.Object({ url: Type.String(), title: NullableString }), Type.Null()]),
  context: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
    description: "What the site's own code told with the request.",
  }),
  rating: Type.Union([Type.Object({ stars: Type.Integer(), comment: NullableString }), Type.Null()]),
  agent: Type.Union([Type.Object({ id: Type.String(), name: Type.String() }), Type.Null()]),
  requestedAt: Timestamp,
  dueAt: NullableTimestamp,
  offeredAt: NullableTimestamp,
  offerExpiresAt: NullableTimestamp,
  autoAnswer: Type.Boolean({
    description: 'It is offered by a queue whose agents’ desktops take what is offered by themselves.',
  }),
  acceptedAt: NullableTimestamp,
  dialedAt: NullableTimestamp,
  bridgedAt: NullableTimestamp,
  agentAwayUntil: Type.Union([Timestamp, Type.Null()], {
    description:
      'Until when the talk waits for its agent, whose line is lost; the customer hears music meanwhile.',
  }),
  customerAwayUntil: Type.Union([Timestamp, Type.Null()], {
    description:
      'Until when the talk waits for the visitor, whose page is lost or loaded anew; the agent hears music meanwhile.',
  }),
  heldSince: Type.Union([Timestamp, Type.Null()], {
    description: 'Since when the customer is on hold by the agent’s wish: he hears music.',
  }),
  heldByPhone: Type.Boolean({
    description:
      'It is the agent’s telephone that holds (by re-INVITE), and it alone takes the customer back.',
  }),
  heldSeconds: Type.Integer({ description: 'How long he was on hold in all.' }),
  endedAt: NullableTimestamp,
  wrapUpUntil: NullableTimestamp,
  wrapUpExtensionsLeft: Type.Integer({ description: 'How often its agent may still take more time.' }),
  doneAt: NullableTimestamp,
  wrapUpNote: NullableString,
  disposition: NullableString,
  partOf: Type.Union([Type.String(), Type.Null()], {
    description: 'The interaction this is a part of: a colleague is helped with it, or has passed it on.',
  }),
  askedBy: Type.Union([Type.Object({ id: Type.String(), name: Type.String() }), Type.Null()]),
  transfer: Type.Union([
    Type.Object({
      by: NullableString,
      to: Type.String(),
      reason: Type.Union([Type.String(), Type.Null()], { description: 'Why it failed, when it has.' }),
    }),
    Type.Null(),
  ]),
  forwardedTo: NullableString,
  cutOff: Type.Boolean({
    description: 'A fault of ours has cut off its talk before, and it goes on by another call.',
  }),
  parties: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: Type.String({ description: 'agent, queue, number or supervisor' }),
      role: Type.String({ description: 'consult, third, listen, whisper or barge' }),
      state: Type.String({ description: 'asked, ringing, consulting, joined or left' }),
      reason: NullableString,
      userId: NullableString,
      name: Type.String(),
      since: Timestamp,
    }),
    { description: 'Who is, was, or is to be in the talk beside its agent and its customer.' },
  ),
  lines: Type.Array(
    Type.Object({
      role: Type.String(),
      grade: Type.Union([Type.String(), Type.Null()], { description: 'good, fair, poor or silent' }),
      quality: LineQuality,
      browser: LineInBrowser,
    }),
    { description: 'The lines that are up, and how they sound: figures at most five seconds old.' },
  ),
};

export const Interaction = Type.Object(fields);

const Attempt = Type.Object({
  number: Type.Integer(),
  agent: fields.agent,
  startedAt: Timestamp,
  bridgedAt: NullableTimestamp,
  endedAt: NullableTimestamp,
  outcome: NullableString,
});

export const InteractionDetail = Type.Object({
  ...fields,
  attempts: Type.Array(Attempt, { description: 'Every try at reaching the customer.' }),
  events: Type.Array(
    Type.Object({
      id: Type.String(),
      at: Timestamp,
      type: Type.String(),
      userId: NullableString,
      data: Type.Record(Type.String(), Type.Unknown(), {
        description: 'Of `offered`: `decision`, who was considered, who was not, and why (docs/matching.md).',
      }),
    }),
  ),
  people: Type.Record(Type.String(), Type.String(), {
    description: 'The names of those whom the events name by their ids.',
  }),
  legs: Type.Array(
    Type.Object({
      id: Type.String(),
      role: Type.String(),
      party: Type.String(),
      state: Type.String(),
      outcome: NullableString,
      sipStatus: Type.Union([Type.Integer(), Type.Null()]),
      endedBy: NullableString,
      startedAt: Timestamp,
      answeredAt: NullableTimestamp,
      endedAt: NullableTimestamp,
      quality: LineQuality,
      browser: LineInBrowser,
    }),
  ),
});

export const EstimateRecord = Type.Object({
  queue: Type.Object({ key: Type.String(), name: Type.String() }),
  told: Type.Integer({
    description: 'Customers who were told a time, without those who took their request back.',
  }),
  reached: Type.Integer(),
  within: Type.Integer({ description: 'Who were reached no later than they were told.' }),
  share: Type.Union([Type.Number(), Type.Null()], { description: '`within` of `told`, 0 to 1.' }),
  medianErrorSeconds: Type.Union([Type.Integer(), Type.Null()]),
  p90AbsoluteErrorSeconds: Type.Union([Type.Integer(), Type.Null()]),
});
