import { callableNumber } from '../../callback/index.js';
import { ApiError } from '../../errors.js';
import { hoursByKey, isOpen, type OpeningHours } from '../../hours/index.js';
import { promptKeys } from '../../prompts/index.js';
import type { Sql } from '../../store/index.js';
import type { FlowFault, KnowsPrompt } from './check.js';
import { hoursIn } from './prompts.js';
import { type FlowDefinition, isKind } from './schema.js';

/** What of a company a flow may name. */
export interface TenantWorld {
  id: string;
  timeZone: string;
  /** ISO 3166 codes of the countries that may be called. */
  countries: string[];
  /** By key. */
  queues: ReadonlyMap<string, { id: string } & QueueOpening>;
  hours: ReadonlyMap<string, OpeningHours>;
  /** By e-mail address: the keys of the queues they serve. */
  agents: ReadonlyMap<string, readonly string[]>;
  /** The company's numbers, and whether each is proven to be its own. */
  numbers: ReadonlyMap<string, boolean>;
  /** Own prompts: language and clip. */
  prompts: ReadonlySet<string>;
}

/** When a queue works: while it is open, and its opening hours are, where it has some. */
export interface QueueOpening {
  open: boolean;
  /** Their key. */
  hours: string | null;
}

export function queueWorks(
  { open, hours }: QueueOpening,
  all: ReadonlyMap<string, OpeningHours>,
  at: Date,
): boolean {
  const of = hours === null ? undefined : all.get(hours);
  return open && (of === undefined || isOpen(of, at));
}

/** The companies of a store, by slug. */
export type World = ReadonlyMap<string, TenantWorld>;

export async function readWorld(sql: Sql): Promise<World> {
  const tenants = await sql<{ id: string; slug: string; timeZone: string; countries: string[] }[]>`
    select id, slug, time_zone as "timeZone", countries from tenants order by slug`;
  const worlds = await Promise.all(
    tenants.map(async ({ slug, ...tenant }) => [slug, await readTenant(sql, tenant)] as const),
  );
  return new Map(worlds);
}

async function readTenant(
  sql: Sql,
  tenant: { id: string; timeZone: string; countries: string[] },
): Promise<TenantWorld> {
  const { id } = tenant;
  const [hours, queues, agents, numbers, prompts] = await Promise.all([
    hoursByKey(sql, id),
    sql<{ id: string; key: string; open: boolean; hours: string | null }[]>`
      select q.id, q.key, q.open and q.disabled_at is null as open, h.key as hours from queues q
      left join opening_hours h on h.tenant_id = q.tenant_id and h.id = q.opening_hours_id where q.tenant_id = ${id}`,
    sql<{ email: string; queues: string[] }[]>`
      select u.email, array(select q.key from agent_queues s join queues q on q.id = s.queue_id
        where s.tenant_id = u.tenant_id and s.user_id = u.id) as queues
      from users u join agents a on a.tenant_id = u.tenant_id and a.user_id = u.id
      where u.tenant_id = ${id} and u.disabled_at is null`,
    sql<{ number: string; proven: boolean }[]>`
      select number, verified_at is not null as proven from tenant_numbers where tenant_id = ${id}`,
    sql<
      { name: string }[]
    >`select pack || '/' || clip as name from prompt_recordings where tenant_id = ${id}`,
  ]);
  return {
    ...tenant,
    hours,
    queues: new Map(queues.map(({ key, ...queue }) => [key, queue])),
    agents: new Map(agents.map(({ email, queues }) => [email, queues])),
    numbers: new Map(numbers.map(({ number, proven }) => [number, proven])),
    prompts: new Set(prompts.map(({ name }) => name)),
  };
}

/** Own prompts are known by the store alone: without it they are believed to be there. */
export function promptsKnownTo(tenant: TenantWorld | undefined): KnowsPrompt {
  return (clip, language) =>
    clip.startsWith('own-')
      ? tenant === undefined || tenant.prompts.has(`${language}/${clip}`)
      : (promptKeys as readonly string[]).includes(clip);
}

/** What a flow names and its company does not have. */
export function strangersIn(flow: FlowDefinition, world: World): FlowFault[] {
  const tenant = world.get(flow.tenant);
  if (!tenant) {
    const known = [...world.keys()].join(', ');
    return [
      { path: ['tenant'], reason: `there is no company "${flow.tenant}"; there are ${known || 'none'}` },
    ];
  }
  return [...numbersOf(flow, tenant), ...hoursOf(flow, tenant), ...placesOf(flow, tenant)];
}

function numbersOf({ numbers, tenant: slug }: FlowDefinition, tenant: TenantWorld): FlowFault[] {
  return numbers.flatMap((number, index) => {
    const proven = tenant.numbers.get(number);
    if (proven) return [];
    const reason =
      proven === undefined
        ? `${number} is no number of "${slug}": add it with /api/v1/admin/numbers`
        : `${number} is not proven to be a number of "${slug}" (docs/operations.md)`;
    return [{ path: ['numbers', index], reason }];
  });
}

function hoursOf(flow: FlowDefinition, { hours }: TenantWorld): FlowFault[] {
  return hoursIn(flow)
    .filter(({ key }) => !hours.has(key))
    .map(({ path, key }) => ({ path, reason: unknown('opening hours', key, hours.keys()) }));
}

function placesOf(flow: FlowDefinition, { queues, agents, countries }: TenantWorld): FlowFault[] {
  return Object.entries(flow.steps).flatMap(([name, step]): FlowFault[] => {
    const at = (key: string, reason: string) => [{ path: ['steps', name, key], reason }];
    if ((isKind(step, 'queue') || isKind(step, 'agent')) && !queues.has(step.queue))
      return at('queue', unknown('queue', step.queue, queues.keys()));
    if (isKind(step, 'agent')) {
      const served = agents.get(step.agent);
      if (!served) return at('agent', unknown('agent', step.agent, agents.keys()));
      if (!served.includes(step.queue))
        return at('queue', `${step.agent} does not serve the queue "${step.queue}"`);
    }
    if (isKind(step, 'external')) {
      const why = refusal(step.external, countries);
      if (why) return at('external', `${step.external} may not be called: ${why}`);
    }
    return [];
  });
}

function unknown(what: string, name: string, known: Iterable<string>): string {
  return `there is no ${what} "${name}"; there are ${[...known].join(', ') || 'none'}`;
}

/** Why a number may not be called; the policy is that of callbacks. */
function refusal(number: string, countries: readonly string[]): string | undefined {
  try {
    callableNumber(number, countries);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}
