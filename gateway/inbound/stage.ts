import type { Logger } from 'pino';
import type { Conductor, InheritedCaller } from '../callback/index.js';
import type { CallParts, Leg } from '../calls/index.js';
import type { Locale } from '../errors.js';
import { hoursByKey } from '../hours/index.js';
import type { PlayEnd, PlaySource, TypeAhead } from '../media/index.js';
import type { PromptFiles } from '../prompts/index.js';
import type { Announcements, Sql } from '../store/index.js';
import type { CallEntry, MessageUnderWay } from './calls-sql.js';
import type { Result } from './flow/machine.js';
import type { FlowDefinition, Said } from './flow/schema.js';
import { spokenOf } from './flow/spoken.js';

/** What calls that come in are led with. */
export interface InboundParts extends CallParts {
  sql: Sql;
  announcements: Announcements;
  prompts: PromptFiles;
  conductor: Conductor;
  /** This gateway. */
  nodeId: string;
  /** Where media servers write messages until they are stored. */
  recordingsDir: string;
  publicUrl: string;
  /** Whether mails are sent. */
  sendsMail: boolean;
}

/** What came of a step. */
export interface Came {
  result: Result;
  /** What was chosen in a menu. */
  keys?: string;
}

/** Why a flow stops when its gateway goes, and another one goes on with the caller: what he hears and says is left as it is. */
export const leaving = new Error('another gateway goes on');

/** What lives yet of a step that another gateway was at. */
export interface Remains {
  /** Whom the caller talks with outside. */
  other?: Leg | undefined;
  /** He stands in a queue already, or talks with an agent. */
  queued?: InheritedCaller | undefined;
  /** What he is just saying. */
  message?: MessageUnderWay | undefined;
}

/** A caller on his way through a flow: what every step has. */
export interface Stage {
  readonly parts: InboundParts;
  readonly entry: CallEntry;
  readonly flow: FlowDefinition;
  readonly leg: Leg;
  /** Keys pressed before they are asked for. */
  readonly typeAhead: TypeAhead;
  /** Aborted when the caller has hung up, or the gateway goes. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Writes something down, after what was to be written before; audio does not wait for it. */
  readonly note: (write: () => Promise<void>) => void;
  language: Locale;
}

/** What of the company a step keeps to. */
export async function tenantTerms({
  parts: { sql },
  entry: { tenantId },
}: Stage): Promise<{ country: string; countries: string[] }> {
  const [row] = await sql<{ countries: string[] }[]>`select countries from tenants where id = ${tenantId}`;
  const countries = row?.countries ?? [];
  // Its tones are those of its first country, and numbers of that are said without their code.
  return { countries, country: countries[0] as string };
}

/** The files that say something to this caller, in the languages it is said in. */
export async function soundsOf(
  { parts: { sql, prompts }, entry: { tenantId }, language }: Stage,
  list: readonly Said[],
): Promise<PlaySource[]> {
  if (list.length === 0) return [];
  const needsHours = list.some(said => typeof said === 'object' && 'opensAt' in said);
  const hours = needsHours ? await hoursByKey(sql, tenantId) : new Map();
  const spoken = spokenOf(list, { language, hours, now: new Date() });
  const announced = await Promise.all(
    spoken.map(({ language, utterance }) => prompts.announce(tenantId, language, [utterance])),
  );
  return announced.flatMap(({ sources }) => sources);
}

/** Says something, to the end or to the first key. Undefined: there was nothing to say. */
export async function say(
  stage: Stage,
  list: readonly Said[],
  { heardOut = false } = {},
): Promise<PlayEnd | undefined> {
  const sources = await soundsOf(stage, list);
  const { leg, signal } = stage;
  if (sources.length === 0) return undefined;
  const end = await leg.endpoint.play(sources, { signal, ...(!heardOut && { endOnDigit: 'any' }) });
  signal.throwIfAborted();
  return end;
}
