/** Ways of an interaction into a state, and what has become of it. */
import { findParty, partyAnswers, partyRings } from '../../calls/index.js';
import { askHelp } from '../consults.js';
import type { SlotTerms } from '../seats.js';
import type { InteractionState } from '../states.js';
import * as act from '../transitions/index.js';
import type { Floor } from './floor.js';

/** In an hour, with room for many. */
export function inAnHour(): SlotTerms {
  const at = new Date(Date.now() + 3_600_000);
  return { at, until: new Date(at.getTime() + 1_800_000), capacity: 1000, priority: 5 };
}

/** Brings a fresh interaction into a state, by the way that leads there. */
export async function bringInto(f: Floor, state: InteractionState) {
  const { id } = await f.request(state === 'scheduled' ? { slot: inAnHour() } : {});
  const ref = { id, tenantId: f.tenantId };
  const path: Record<Exclude<InteractionState, 'scheduled' | 'waiting' | 'done'>, number> = {
    offered: 1,
    accepted: 2,
    dialing: 3,
    bridged: 4,
    wrap_up: 5,
  };
  if (state === 'done') await act.cancel(f.sql, ref);
  else if (state !== 'waiting' && state !== 'scheduled') {
    const steps = [
      () => f.offer(),
      () => act.accept(f.sql, ref),
      () => act.startDialing(f.sql, ref),
      () => act.bridge(f.sql, ref),
      () => act.end(f.sql, ref, 'completed', 'agent'),
    ];
    for (const step of steps.slice(0, path[state]))
      if (!(await step())) throw new Error(`stuck on the way to ${state}`);
  }
  return ref;
}

export async function lookUp({ sql }: Floor, id: string) {
  const [row] = await sql<{ state: InteractionState; agentId: string | null; engaged: number }[]>`
    select state, agent_id as "agentId", (select count(*)::int from agents where interaction_id = ${id}) as engaged
    from interactions where id = ${id}`;
  return row!;
}

export async function eventTypes({ sql }: Floor, id: string) {
  return (
    await sql<{ type: string }[]>`select type from events where interaction_id = ${id} order by id`
  ).map(row => row.type);
}

/** The customer is on the line, where he can be. */
export async function onTheLine({ sql }: Floor, { id }: act.InteractionRef) {
  await sql`update interactions set customer_live_since = now()
    where id = ${id} and state in ('waiting', 'offered', 'accepted', 'dialing', 'bridged')`;
}

/** The agent of an interaction, or any. */
export async function agentOf(f: Floor, { id }: act.InteractionRef): Promise<string> {
  return (await lookUp(f, id)).agentId ?? f.agents[0]!.id;
}

/** A colleague who can be rung. */
export async function colleague(f: Floor): Promise<string> {
  const free = await f.sql<{ id: string }[]>`
    select user_id as id from agents where interaction_id is null and intent = 'ready' and user_id <> ${f.agents[0]!.id}`;
  return free[0]?.id ?? (await f.staff());
}

/** A colleague who was asked, and talks with the agent. */
export async function consulted(f: Floor, ref: act.InteractionRef) {
  const by = await agentOf(f, ref);
  const asked = await askHelp(f.sql, ref, { by, helper: { agent: await colleague(f) }, role: 'consult' });
  if (!asked?.partId) return undefined;
  const part = { id: asked.partId, tenantId: f.tenantId };
  await act.accept(f.sql, part);
  await act.bridge(f.sql, part);
  await partyRings(f.sql, asked);
  await partyAnswers(f.sql, asked);
  return findParty(f.sql, asked);
}

/** Everything is over, and everybody free. */
export async function clearFloor({ sql }: Floor): Promise<void> {
  await sql`update agents set interaction_id = null`;
  await sql`delete from declined_offers`;
  await sql`update interactions set state = 'done', due_at = null, customer_live_since = null, agent_away_until = null,
    outcome = coalesce(outcome, 'failed'), offered_to = null, offered_present = null where state <> 'done'`;
}
