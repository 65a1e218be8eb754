import { type Mail, postMail } from '../../mail/index.js';
import { type Sql, transaction } from '../../store/index.js';
import type { CallEntry } from '../calls-sql.js';

/** A message as it is left. */
export interface LeftMessage {
  id: string;
  entry: CallEntry;
  /** The step of the flow. */
  step: string;
  /** A WAV file. */
  sound: Buffer;
  durationMs: number;
}

/** A message as it is shown. */
export interface VoicemailView {
  id: string;
  /** E.164; null: withheld. */
  caller: string | null;
  number: string;
  flow: string;
  leftAt: Date;
  durationMs: number;
  heardAt: Date | null;
  heardBy: string | null;
}

/** Stores a message and the mail that tells of it, both or none. */
export async function storeVoicemail(sql: Sql, left: LeftMessage, mail: Mail | undefined): Promise<void> {
  const { id, entry, step, sound, durationMs } = left;
  const { tenantId } = entry;
  await transaction(sql, async tx => {
    // After a lost connection it may be there already.
    const stored = await tx`
      insert into voicemails (id, tenant_id, inbound_call_id, step, sound, duration_ms)
      values (${id}, ${tenantId}, ${entry.id}, ${step}, ${sound}, ${durationMs})
      on conflict (id) do nothing returning id`;
    if (stored.length === 0) return;
    await tx`
      insert into events (tenant_id, type, data)
      values (${tenantId}, 'voicemail_left', ${tx.json({ voicemail: id, call: entry.id, durationMs })})`;
    if (mail) await postMail(tx, mail);
  });
}

/** The newest first; `before` pages on from the `leftAt` of the last one shown. */
export function listVoicemails(
  sql: Sql,
  tenantId: string,
  { limit, before }: { limit: number; before?: string },
) {
  return sql<VoicemailView[]>`
    select v.id, c.caller, c.number, c.flow, v.left_at as "leftAt", v.duration_ms as "durationMs", v.heard_at as "heardAt",
      u.name as "heardBy"
    from voicemails v
    join inbound_calls c on c.tenant_id = v.tenant_id and c.id = v.inbound_call_id
    left join users u on u.tenant_id = v.tenant_id and u.id = v.heard_by
    where v.tenant_id = ${tenantId} ${before === undefined ? sql`` : sql`and v.left_at < ${before}`}
    order by v.left_at desc, v.id desc limit ${limit}`;
}

export async function countUnheard(sql: Sql, tenantId: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from voicemails where tenant_id = ${tenantId} and heard_at is null`;
  return row?.count ?? 0;
}

export async function voicemailSound(sql: Sql, tenantId: string, id: string): Promise<Buffer | undefined> {
  const [row] = await sql<
    { sound: Buffer }[]
  >`select sound from voicemails where tenant_id = ${tenantId} and id = ${id}`;
  return row?.sound;
}

/** Somebody has heard it, or says that nobody has. @returns false when there is no such message */
export async function markVoicemail(
  sql: Sql,
  { tenantId, userId }: { tenantId: string; userId: string },
  id: string,
  heard: boolean,
): Promise<boolean> {
  const rows = await sql`
    with marked as (
      update voicemails set heard_at = ${heard ? sql`clock_timestamp()` : null}, heard_by = ${heard ? userId : null}
      where tenant_id = ${tenantId} and id = ${id} and (heard_at is not null) <> ${heard} returning id, tenant_id
    ), logged as (
      insert into events (tenant_id, type, user_id, data)
      select tenant_id, ${heard ? 'voicemail_heard' : 'voicemail_unheard'}, ${userId}, jsonb_build_object('voicemail', id) from marked
    )
    select from voicemails where tenant_id = ${tenantId} and id = ${id}`;
  return rows.length > 0;
}

/** @returns false when there is no such message */
export async function deleteVoicemail(
  sql: Sql,
  { tenantId, userId }: { tenantId: string; userId: string },
  id: string,
): Promise<boolean> {
  const rows = await sql`
    with deleted as (
      delete from voicemails where tenant_id = ${tenantId} and id = ${id} returning id, tenant_id
    )
    insert into events (tenant_id, type, user_id, data)
    select tenant_id, 'voicemail_deleted', ${userId}, jsonb_build_object('voicemail', id) from deleted returning id`;
  return rows.length > 0;
}

/** Messages that are older than their companies keep them. @returns how many were deleted */
export async function deleteOldVoicemails(sql: Sql): Promise<number> {
  const rows = await sql`
    with deleted as (
      delete from voicemails v using tenants t
      where t.id = v.tenant_id and v.left_at < now() - make_interval(days => t.voicemail_days) returning v.id, v.tenant_id
    )
    insert into events (tenant_id, type, data)
    select tenant_id, 'voicemail_deleted', jsonb_build_object('voicemail', id, 'because', 'retention') from deleted
    returning id`;
  return rows.length;
}

/** In how many milliseconds the next one is too old. */
export async function untilNextOld(sql: Sql): Promise<number | undefined> {
  const [row] = await sql<{ ms: number | null }[]>`
    select extract(epoch from min(v.left_at + make_interval(days => t.voicemail_days)) - now())::float8 * 1000 as ms
    from voicemails v join tenants t on t.id = v.tenant_id`;
  return row?.ms ?? undefined;
}
