import { createHash } from 'node:crypto';
import type { Sql } from '../store/index.js';
import { type Administrator, auditEvent } from '../tenants/index.js';
import type { Pack } from './packs.js';
import type { ConvertedSound } from './sound/convert.js';

/** A clip of a tenant. */
export interface ClipName {
  tenantId: string;
  pack: Pack;
  clip: string;
}

/** What is told about a tenant's own recording. */
export interface Recording {
  clip: string;
  /** What is heard in it, where the company has said so: of a clip that is none of the house's. */
  text: string | null;
  durationMs: number;
  level: number;
  original: ConvertedSound['original'];
  uploadedAt: Date;
  uploadedBy: string;
}

/** The tenant's own recordings of a pack, without their sound. */
export function listRecordings(sql: Sql, tenantId: string, pack: Pack) {
  return sql<Recording[]>`
    select r.clip, r.text, r.duration_ms as "durationMs", r.level, r.original, r.uploaded_at as "uploadedAt",
      u.name as "uploadedBy"
    from prompt_recordings r join users u on u.tenant_id = r.tenant_id and u.id = r.uploaded_by
    where r.tenant_id = ${tenantId} and r.pack = ${pack} order by r.clip`;
}

/** Puts a company's sound in the place of the house's, or of an earlier one. */
export async function storeRecording(
  sql: Sql,
  by: Administrator,
  { tenantId, pack, clip }: ClipName,
  { file, durationMs, level, original, text }: ConvertedSound & { text?: string | undefined },
): Promise<void> {
  const sha256 = createHash('sha256').update(file).digest('hex');
  const name = sql`pack || '/' || clip`;
  await sql`
    with changed as (
      insert into prompt_recordings as r
        (tenant_id, pack, clip, sound, sha256, duration_ms, level, original, uploaded_by, text)
      values (${tenantId}, ${pack}, ${clip}, ${file}, ${sha256}, ${durationMs}, ${level.active},
        ${sql.json({ ...original })}, ${by.userId}, ${text ?? null})
      on conflict (tenant_id, pack, clip) do update set
        sound = excluded.sound, sha256 = excluded.sha256, duration_ms = excluded.duration_ms, level = excluded.level,
        original = excluded.original, uploaded_by = excluded.uploaded_by,
        text = coalesce(excluded.text, r.text), uploaded_at = clock_timestamp()
      returning pack, clip
    ) ${auditEvent(sql, by, { kind: 'prompt', action: 'changed', name }, { text, durationMs, original, sha256 })}`;
}

/** Gives the house's sound its place back. Does nothing, and writes no event, where there is no other. */
export async function removeRecording(
  sql: Sql,
  by: Administrator,
  { tenantId, pack, clip }: ClipName,
): Promise<void> {
  const name = sql`pack || '/' || clip`;
  await sql`
    with changed as (
      delete from prompt_recordings where tenant_id = ${tenantId} and pack = ${pack} and clip = ${clip}
      returning pack, clip
    ) ${auditEvent(sql, by, { kind: 'prompt', action: 'removed', name })}`;
}

/** Which of these clips the tenant has recorded, and the names of their sounds. */
export async function recordedClips(
  sql: Sql,
  tenantId: string,
  pack: Pack,
  clips: readonly string[],
): Promise<Map<string, string>> {
  if (clips.length === 0) return new Map();
  const rows = await sql<{ clip: string; sha256: string }[]>`
    select clip, sha256 from prompt_recordings
    where tenant_id = ${tenantId} and pack = ${pack} and clip in ${sql(clips)}`;
  return new Map(rows.map(({ clip, sha256 }) => [clip, sha256]));
}

export async function recordedSound(
  sql: Sql,
  { tenantId, pack, clip }: ClipName,
): Promise<{ sound: Buffer; sha256: string } | undefined> {
  const [row] = await sql<{ sound: Buffer; sha256: string }[]>`
    select sound, sha256 from prompt_recordings where tenant_id = ${tenantId} and pack = ${pack} and clip = ${clip}`;
  return row;
}

/** Of these sounds those that some tenant still has: for the cache, which belongs to no tenant. */
export async function stillRecorded(sql: Sql, hashes: readonly string[]): Promise<Set<string>> {
  if (hashes.length === 0) return new Set();
  const rows = await sql<{ sha256: string }[]>`
    select distinct sha256 from prompt_recordings where sha256 in ${sql(hashes)}`;
  return new Set(rows.map(({ sha256 }) => sha256));
}
