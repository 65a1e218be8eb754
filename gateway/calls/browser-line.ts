import type { Sql } from '../store/index.js';

/** What may be wrong on the browser's side of a line, and the media server cannot know. */
export type BrowserTrouble =
  /** Its microphone gives nothing but zeros. */
  | 'microphone_silent'
  /** It has sent nothing of late. */
  | 'sends_nothing'
  /** Much of what comes is too late or missing, and is filled in. */
  | 'sound_gaps';

/** What a browser's own statistics (W3C WebRTC Statistics) say of its line. `null`: not known. */
export interface BrowserLine {
  packetsReceived: number;
  packetsLost: number;
  jitterMs: number | null;
  /** Percent of what it played that it had to make up. */
  concealedPercent: number | null;
  packetsSent: number;
  /** Of what it sent, as the media server reports. */
  sentLost: number | null;
  sentJitterMs: number | null;
  roundTripMs: number | null;
  /** What it spoke and heard of late, dBFS. */
  spokenDb: number | null;
  heardDb: number | null;
  trouble: BrowserTrouble | null;
}

const troubles: readonly unknown[] = [
  null,
  'microphone_silent',
  'sends_nothing',
  'sound_gaps',
] satisfies readonly (BrowserTrouble | null)[];

const counts = ['packetsReceived', 'packetsLost', 'packetsSent'] as const;
const figures = [
  'jitterMs',
  'concealedPercent',
  'sentLost',
  'sentJitterMs',
  'roundTripMs',
  'spokenDb',
  'heardDb',
] as const;
const most = 1e12;

/** What a desktop has sent; undefined for what is none. */
export function browserLineOf(given: unknown): BrowserLine | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const values = given as Readonly<Record<string, unknown>>;
  const isFigure = (value: unknown) => typeof value === 'number' && Math.abs(value) <= most;
  if (!counts.every(name => isFigure(values[name]))) return undefined;
  if (!figures.every(name => values[name] === null || isFigure(values[name]))) return undefined;
  if (!troubles.includes(values.trouble)) return undefined;
  return Object.fromEntries(
    [...counts, ...figures, 'trouble'].map(name => [name, values[name]]),
  ) as unknown as BrowserLine;
}

/** Keeps what the browser of somebody says of his line in a talk; another trouble than before is in the history. */
export async function storeBrowserLine(
  sql: Sql,
  { tenantId, userId, interactionId }: { tenantId: string; userId: string; interactionId: string },
  line: BrowserLine,
): Promise<void> {
  await sql`
    with mine as (
      select id, browser ->> 'trouble' as trouble from legs
      where tenant_id = ${tenantId} and interaction_id = ${interactionId} and user_id = ${userId} and state = 'answered'
      order by started_at desc limit 1 for update
    ), told as (
      update legs l set browser = ${sql.json({ ...line })} from mine where l.id = mine.id
      returning l.tenant_id, l.interaction_id, l.role, l.user_id, l.browser ->> 'trouble' as trouble, mine.trouble as before
    )
    insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
    select t.tenant_id, 'line_trouble', t.interaction_id, i.queue_id, t.user_id,
      jsonb_build_object('role', t.role, 'trouble', t.trouble)
    from told t join interactions i on i.id = t.interaction_id where t.trouble is distinct from t.before`;
}
