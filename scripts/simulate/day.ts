/** What may stand in the file of a day that is simulated. The JSON schema beside the days is written from this. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { type Static, Type } from 'typebox';

const closed = { additionalProperties: false } as const;
const timeOfDay = (description: string) =>
  Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$', description });
const key = Type.String({ pattern: '^[a-z0-9-]{1,40}$' });
const seconds = (description: string) => Type.Number({ minimum: 0, maximum: 86_400, description });
const share = (description: string) => Type.Number({ minimum: 0, maximum: 1, description });
const levels = Type.Record(
  Type.String({ pattern: '^\\$?[a-z0-9-]{1,40}$' }),
  Type.Integer({ minimum: 1, maximum: 5 }),
);

const span = Type.Object({ from: timeOfDay('Its beginning.'), to: timeOfDay('Its end.') }, closed);

const duration = Type.Object(
  {
    mean: Type.Number({ exclusiveMinimum: 0, maximum: 86_400, description: 'Seconds in the mean.' }),
    spread: Type.Union([Type.Literal('exponential'), Type.Literal('constant')], {
      description: 'exponential is what the formulas of Erlang suppose.',
    }),
  },
  closed,
);

const queue = Type.Object(
  {
    key,
    serviceLevelSeconds: seconds('Who has an agent within so long was served in time.'),
    offerSeconds: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 300, description: 'How long an agent is rung.' }),
    ),
    strategy: Type.Optional(
      Type.Union(
        ['longest_idle', 'fewest_calls', 'best_skill', 'round_robin', 'simultaneous'].map(name =>
          Type.Literal(name),
        ),
      ),
    ),
    ringAtOnce: Type.Optional(
      Type.Integer({ minimum: 2, maximum: 10, description: 'How many agents are asked at once at most.' }),
    ),
    priority: Type.Optional(Type.Integer({ minimum: -10, maximum: 10 })),
    skillSteps: Type.Optional(
      Type.Array(
        Type.Object(
          {
            after: seconds('From so long after the asking on.'),
            require: Type.Optional(levels),
            prefer: Type.Optional(Type.Array(key)),
          },
          closed,
        ),
        { maxItems: 10, description: 'See docs/matching.md.' },
      ),
    ),
  },
  closed,
);

const customers = Type.Object(
  {
    queue: key,
    locale: Type.Optional(Type.Union([Type.Literal('ko'), Type.Literal('en')])),
    arrivals: Type.Array(
      Type.Object({ ...span.properties, perHour: Type.Number({ minimum: 0, maximum: 1_000_000 }) }, closed),
      { minItems: 1, maxItems: 96, description: 'How many ask in an hour, at random moments.' },
    ),
    talk: duration,
    patience: Type.Optional(duration),
    ringSeconds: seconds('How long the customer’s phone rings.'),
    answers: share('How many of them answer their phone.'),
  },
  closed,
);

const agents = Type.Object(
  {
    count: Type.Integer({ minimum: 1, maximum: 2_000 }),
    queues: Type.Array(key, { minItems: 1 }),
    skills: Type.Optional(levels),
    shift: span,
    breaks: Type.Optional(Type.Array(span, { maxItems: 10 })),
    acceptSeconds: seconds('How long an agent’s phone rings before he answers.'),
    wrapUp: duration,
    misses: Type.Optional(share('How many offers he lets ring; he is paused then.')),
    awaySeconds: Type.Optional(seconds('How long he is away after an offer that he has missed.')),
  },
  closed,
);

export const daySchema = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    date: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }),
    seed: Type.Integer({ minimum: 0, maximum: 4_294_967_295, description: 'The same seed is the same day.' }),
    queues: Type.Array(queue, { minItems: 1, maxItems: 50 }),
    customers: Type.Array(customers, { minItems: 1, maxItems: 100 }),
    agents: Type.Array(agents, { minItems: 1, maxItems: 100 }),
  },
  { ...closed, title: 'A day of arrivals and agents, for npm run simulate' },
);

export type Day = Static<typeof daySchema>;
export type Span = Static<typeof span>;
export type Duration = Static<typeof duration>;
export type CustomerGroup = Static<typeof customers>;
export type AgentGroup = Static<typeof agents>;

/** The schema beside the days. */
export function daySchemaText(): string {
  return `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...daySchema }, null, 2)}\n`;
}

/** A moment of the day, milliseconds of Unix time; the day is one of UTC. */
export function momentOf(day: Day, time: string): number {
  const [hours, minutes] = time.split(':').map(Number) as [number, number];
  return Date.parse(`${day.date}T00:00:00Z`) + (hours * 60 + minutes) * 60_000;
}

/** What is wrong with a file, in sentences for whoever wrote it. */
export class DayError extends Error {
  override readonly name = 'DayError';
}

/** @throws DayError */
export function checkDay(value: unknown, path = 'day'): Day {
  const ajv = new Ajv({ allErrors: true, verbose: true });
  if (!ajv.validate(daySchema, value)) {
    const faults = ajv.errors!.map(({ instancePath, message, params, parentSchema }) => {
      const { additionalProperty } = params as Record<string, unknown>;
      const { description } = (parentSchema ?? {}) as { description?: string };
      const what = additionalProperty === undefined ? message : `does not know "${additionalProperty}"`;
      return `${path}: ${instancePath || 'the top'} ${what}${description === undefined ? '' : ` (${description})`}`;
    });
    throw new DayError(faults.join('\n'));
  }
  const day = value as Day;
  const faults = [...unknownQueues(day), ...brokenSpans(day)];
  if (Number.isNaN(momentOf(day, '00:00'))) faults.push(`${day.date} is no day of the calendar`);
  if (faults.length > 0) throw new DayError(faults.map(fault => `${path}: ${fault}`).join('\n'));
  return day;
}

function unknownQueues(day: Day): string[] {
  const known = new Set(day.queues.map(({ key }) => key));
  const named = [...day.customers.map(({ queue }) => queue), ...day.agents.flatMap(({ queues }) => queues)];
  const twice = day.queues.length > known.size ? ['two queues have the same key'] : [];
  return [...twice, ...named.filter(key => !known.has(key)).map(key => `there is no queue "${key}"`)];
}

function brokenSpans(day: Day): string[] {
  const spans = [
    ...day.customers.flatMap(({ arrivals }) => arrivals),
    ...day.agents.flatMap(({ shift, breaks = [] }) => [shift, ...breaks]),
  ];
  const backwards = spans.filter(({ from, to }) => from >= to);
  const outside = day.agents.flatMap(({ shift, breaks = [] }) =>
    breaks.filter(({ from, to }) => from < shift.from || to > shift.to),
  );
  return [
    ...backwards.map(({ from, to }) => `the time from ${from} to ${to} ends before it begins`),
    ...outside.map(({ from, to }) => `the break from ${from} to ${to} is not within its shift`),
  ];
}

/** @throws DayError when the file cannot be read, is no JSON, or is no day */
export function readDay(path: string): Day {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new DayError(`${path} cannot be read as JSON: ${(error as Error).message}`);
  }
  return checkDay(value, path);
}
