import { Ajv } from 'ajv';
import { type Static, Type } from 'typebox';
import type { Sql } from '../store/index.js';

const most = 1e12;
const count = Type.Number({ minimum: -most, maximum: most });
const figure = Type.Union([count, Type.Null()]);

/** What a browser's own statistics (W3C WebRTC Statistics) say of its line. `null`: not known. */
export const BrowserLine = Type.Object({
  packetsReceived: count,
  packetsLost: count,
  jitterMs: figure,
  concealedPercent: Type.Union([count, Type.Null()], {
    description: 'Of what it played, what it had to make up.',
  }),
  packetsSent: count,
  sentLost: figure,
  sentJitterMs: figure,
  roundTripMs: figure,
  spokenDb: Type.Union([count, Type.Null()], { description: 'Of late, dBFS.' }),
  heardDb: figure,
  trouble: Type.Union(
    [
      Type.Literal('microphone_silent'),
      Type.Literal('sends_nothing'),
      Type.Literal('sound_gaps'),
      Type.Null(),
    ],
    {
      description:
        'What may be wrong on the browser’s side, and the media server cannot know: its microphone gives nothing but zeros, it has sent nothing of late, or much of what comes is too late or missing.',
    },
  ),
});
export type BrowserLine = Static<typeof BrowserLine>;

const fits = new Ajv({ removeAdditional: 'all', allowUnionTypes: true }).compile<BrowserLine>(BrowserLine);

/** What a desktop has sent; undefined for what is none. What is more in it, as of a newer desktop, is taken out. */
export function browserLineOf(given: unknown): BrowserLine | undefined {
  return fits(given) ? given : undefined;
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
