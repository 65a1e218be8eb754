import { ApiError } from '../../errors.js';
import type { Sql } from '../../store/index.js';

/** What a user does as an agent. What is not named stays as it is. */
export interface Service {
  /** Keys of exactly the queues he serves. */
  queues?: readonly string[] | undefined;
  /** Queue → tier; 0 where it is not named. */
  tiers?: Readonly<Record<string, number>> | undefined;
  /** Queue → seconds of wrap-up; as long as the queue says where it is not named. */
  wrapUps?: Readonly<Record<string, number>> | undefined;
  /** Skill → level: all that he has. */
  skills?: Readonly<Record<string, number>> | undefined;
  /** Medium → how many at a time. */
  capacity?: { voice: number } | undefined;
}

/**
 * Writes down what a user does as an agent, and makes him one where that takes it: by his role, a queue, a skill or a capacity.
 * @throws ApiError queue_unknown, skill_unknown
 */
export async function setService(
  tx: Sql,
  { tenantId, userId, role }: { tenantId: string; userId: string; role: string | undefined },
  { queues, tiers, wrapUps, skills, capacity }: Service,
): Promise<void> {
  if (role === 'agent' || queues?.length || capacity || (skills && Object.keys(skills).length > 0))
    await tx`insert into agents (tenant_id, user_id) values (${tenantId}, ${userId}) on conflict do nothing`;
  if (queues) await serveQueues(tx, { tenantId, userId }, queues);
  if (tiers) await setTiers(tx, { tenantId, userId }, tiers);
  if (wrapUps) await setWrapUps(tx, { tenantId, userId }, wrapUps);
  if (skills) await setSkills(tx, { tenantId, userId }, skills);
  if (capacity)
    await tx`update agents set capacity = ${tx.json(capacity)} where tenant_id = ${tenantId} and user_id = ${userId}`;
}

type Agent = { tenantId: string; userId: string };

async function serveQueues(tx: Sql, { tenantId, userId }: Agent, keys: readonly string[]): Promise<void> {
  const known = await tx<{ id: string }[]>`
    select id from queues where tenant_id = ${tenantId} and key = any(${[...keys]}::text[])`;
  if (known.length < keys.length) throw new ApiError('queue_unknown', { field: 'queues' });
  const ids = known.map(({ id }) => id);
  await tx`
    delete from agent_queues where tenant_id = ${tenantId} and user_id = ${userId} and queue_id <> all(${ids}::text[]::uuid[])`;
  await tx`
    insert into agent_queues (tenant_id, user_id, queue_id)
    select ${tenantId}, ${userId}, id from unnest(${ids}::text[]::uuid[]) id on conflict do nothing`;
}

/** A tier is of a queue that he serves. */
async function setTiers(tx: Sql, { tenantId, userId }: Agent, tiers: Readonly<Record<string, number>>) {
  const served = await tx<{ key: string }[]>`
    update agent_queues s set tier = coalesce((${tx.json(tiers)}::jsonb ->> q.key)::smallint, 0) from queues q
    where s.tenant_id = ${tenantId} and s.user_id = ${userId} and q.tenant_id = s.tenant_id and q.id = s.queue_id
    returning q.key`;
  refuseUnserved('tiers', tiers, served);
}

/** So is a wrap-up of his own. */
async function setWrapUps(tx: Sql, { tenantId, userId }: Agent, wrapUps: Readonly<Record<string, number>>) {
  const served = await tx<{ key: string }[]>`
    update agent_queues s set wrap_up_seconds = (${tx.json(wrapUps)}::jsonb ->> q.key)::int from queues q
    where s.tenant_id = ${tenantId} and s.user_id = ${userId} and q.tenant_id = s.tenant_id and q.id = s.queue_id
    returning q.key`;
  refuseUnserved('wrapUps', wrapUps, served);
}

function refuseUnserved(
  field: string,
  named: Readonly<Record<string, number>>,
  served: readonly { key: string }[],
): void {
  const unknown = Object.keys(named).find(queue => !served.some(({ key }) => key === queue));
  if (unknown !== undefined) throw new ApiError('queue_unknown', { field: `${field}.${unknown}` });
}

async function setSkills(tx: Sql, { tenantId, userId }: Agent, skills: Readonly<Record<string, number>>) {
  const known = await tx<{ key: string }[]>`
    select key from skills where tenant_id = ${tenantId} and key = any(${Object.keys(skills)}::text[])`;
  const unknown = Object.keys(skills).find(skill => !known.some(({ key }) => key === skill));
  if (unknown !== undefined)
    throw new ApiError('skill_unknown', { field: `skills.${unknown}`, params: { skill: unknown } });
  await tx`update agents set skills = ${tx.json(skills)} where tenant_id = ${tenantId} and user_id = ${userId}`;
}
