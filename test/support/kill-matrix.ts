/** Every state a callback can be in, each brought about by customers and agents of its own: what a process is killed in. */
import { scryptSync } from 'node:crypto';
import type { InteractionState } from '../../gateway/acd/states.js';
import type { VisitorCallback } from './api.js';
import { RtpPeer } from './audio.js';
import { ObligingAgent } from './obliging-agent.js';
import type { Phone } from './phone.js';
import { nextNumber, type Stack } from './stack.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export type Order = 'agent first' | 'customer first';

export interface Situation {
  order: Order;
  state: InteractionState;
  /** The customer is on the line in it. */
  live?: boolean;
  /** He has to press 1. */
  confirm?: boolean;
  agents?: number;
  /** Brings it about, but for what does not last. */
  reach: (cell: Cell) => Promise<unknown>;
  /** The last step, where the state that it leads to is left by itself. */
  last?: (cell: Cell) => Promise<unknown>;
  /** What has to be done for it to go on. */
  resume?: (cell: Cell) => Promise<unknown>;
}

/** One callback in one situation, with whom it needs for that. */
export class Cell {
  readonly number = nextNumber();
  #callback: VisitorCallback | undefined;

  constructor(
    readonly name: string,
    readonly situation: Situation,
    readonly stack: Stack,
    readonly phone: Phone,
    readonly audio: RtpPeer,
    readonly agents: readonly ObligingAgent[],
    private readonly counter: { siteKey: string; queue: string },
  ) {}

  get callback(): VisitorCallback {
    if (!this.#callback) throw new Error('it was not asked for');
    return this.#callback;
  }

  get agent(): ObligingAgent {
    return this.agents[0] as ObligingAgent;
  }

  /** @param at the slot; now by default */
  async ask(at?: string): Promise<VisitorCallback> {
    const form = { ...this.counter, phone: this.number };
    this.#callback = await this.stack.api.askCallback(at === undefined ? form : { ...form, at });
    return this.#callback;
  }

  async firstSlot(): Promise<string> {
    const { siteKey, queue } = this.counter;
    const path = `/api/v1/sites/${siteKey}/slots?queue=${queue}`;
    const { body } = await this.stack.api.call<{ slots: { at: string }[] }>('GET', path);
    return body.slots[0]!.at;
  }

  follow(state: InteractionState): Promise<VisitorCallback> {
    return this.stack.api.follow(this.callback, now => now.state === state);
  }

  /** From now on everybody answers, talks for a moment, and is done with it. */
  goOn(): void {
    this.phone.pickUpAt(this.number, true);
    for (const agent of this.agents) {
      agent.answerAll();
      agent.finishAll();
    }
  }

  /** Resolves when the callback is over, as an agent of his sees it. */
  async over(): Promise<void> {
    const has = ({ robot: { desk } }: ObligingAgent) =>
      desk?.recent.some(({ id, state }) => id === this.callback.id && state === 'done');
    await Promise.any(
      this.agents.map(agent => agent.robot.until(() => has(agent) === true, `the end of ${this.name}`)),
    ).catch(({ errors }: AggregateError) => {
      throw new Error(errors.map(({ message }: Error) => message).join('\n'));
    });
  }

  /** Presses 1 until somebody talks with him. */
  async pressThrough(): Promise<void> {
    let talks = false;
    const over = this.over().finally(() => {
      talks = true;
    });
    for (const { robot } of this.agents)
      robot.onDesk(({ current }) => {
        talks ||= current?.state === 'bridged';
      });
    while (!talks) await this.audio.mouth.press('1');
    await over;
  }
}

const asked = async (cell: Cell) => {
  await cell.agent.robot.setState('ready');
  await cell.ask();
};

const rung = async (cell: Cell) => {
  await asked(cell);
  await cell.agent.rung();
};

const phoneRings = async (cell: Cell) => {
  cell.phone.pickUpAt(cell.number, false);
  cell.agent.answerAll();
  await asked(cell);
  await cell.phone.ringsAt(cell.number);
};

const atTheGate = async (cell: Cell) => {
  cell.agent.answerAll();
  await asked(cell);
  await cell.stack.api.follow(cell.callback, ({ confirming }) => confirming);
};

const talks = async (cell: Cell) => {
  cell.agent.answerAll();
  await asked(cell);
  await cell.follow('bridged');
};

const finishes = async (cell: Cell) => {
  await talks(cell);
  await cell.agent.robot.step('hangup', cell.callback.id);
  await cell.agent.robot.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
};

const isDone = async (cell: Cell) => {
  await finishes(cell);
  await cell.agent.robot.step('wrap-up', cell.callback.id);
  await cell.over();
};

/** The customer is on the line, and his first agent does not want him. */
const declined = async (cell: Cell) => {
  await rung(cell);
  await cell.agent.robot.setState('paused');
  cell.agent.declineAll();
  await cell.follow('waiting');
};

const nextRung = async (cell: Cell) => {
  await declined(cell);
  await cell.agents[1]!.robot.setState('ready');
  await cell.agents[1]!.rung();
};

const ready = ({ agent }: Cell) => agent.robot.setState('ready');

const common = {
  scheduled: {
    state: 'scheduled',
    reach: async cell => cell.ask(await cell.firstSlot()),
    resume: async cell => {
      const { id, token } = cell.callback;
      const { status } = await cell.stack.api.call('PUT', `/api/v1/callbacks/${id}/time`, {
        token,
        body: { at: null },
      });
      if (status !== 200) throw new Error(`not moved: ${status}`);
      await ready(cell);
    },
  },
  waiting: { state: 'waiting', reach: cell => cell.ask(), resume: ready },
  dialing: { state: 'dialing', reach: phoneRings },
  'at the gate': { state: 'dialing', live: true, confirm: true, reach: atTheGate },
  bridged: { state: 'bridged', live: true, reach: talks },
  wrap_up: { state: 'wrap_up', live: true, reach: finishes },
  done: { state: 'done', live: true, reach: isDone },
} as const satisfies Record<string, Omit<Situation, 'order'>>;

const agentFirst = {
  ...common,
  offered: { state: 'offered', reach: rung },
  accepted: {
    state: 'accepted',
    reach: rung,
    last: ({ agent, callback }) => agent.robot.step('accept', callback.id),
  },
} as const satisfies Record<string, Omit<Situation, 'order'>>;

const customerFirst = {
  ...common,
  'customer answered': { state: 'dialing', live: true, reach: rung },
  'waiting on the line': {
    state: 'waiting',
    live: true,
    agents: 2,
    reach: declined,
    resume: ({ agents }) => agents[1]!.robot.setState('ready'),
  },
  'offered to the next agent': { state: 'offered', live: true, agents: 2, reach: nextRung },
  'accepted by the next agent': {
    state: 'accepted',
    live: true,
    agents: 2,
    reach: nextRung,
    last: ({ agents, callback }) => agents[1]!.robot.step('accept', callback.id),
  },
} as const satisfies Record<string, Omit<Situation, 'order'>>;

export const situations: Record<Order, Record<string, Omit<Situation, 'order'>>> = {
  'agent first': agentFirst,
  'customer first': customerFirst,
};

const password = 'one for all of them';
/** With the least of work: it is not logins that are tried here. */
const passwordHash = `scrypt$2$1$1$c2FsdA$${scryptSync(password, 'salt', 32, { N: 2, r: 1, p: 1 }).toString('base64url')}`;
const siteKey = 'matrix';

/** A company with nothing in it yet. */
async function company({ sql }: Stack): Promise<string> {
  const [known] = await sql<{ tenantId: string }[]>`
    select tenant_id as "tenantId" from sites where key = ${siteKey}`;
  if (known) return known.tenantId;
  const [made] = await sql<{ tenantId: string }[]>`
    with tenant as (
      insert into tenants (slug, name, countries, caller_id)
      values (${siteKey}, 'Matrix', '{KR}', '+82215880001') returning *
    ), number as (
      insert into tenant_numbers (tenant_id, number, verified_at) select id, caller_id, now() from tenant
    ), site as (
      insert into sites (tenant_id, key, name, origins) select id, ${siteKey}, name, '{}' from tenant
    )
    select id as "tenantId" from tenant`;
  return made!.tenantId;
}

/** A queue with agents that nobody else has, none of them ready. */
async function hire(
  { sql }: Stack,
  tenantId: string,
  { order, confirm = false, agents = 1 }: Situation,
): Promise<{ queue: string; emails: string[] }> {
  const queue = crypto.randomUUID();
  const emails = Array.from({ length: agents }, (_, index) => `${queue}-${index}@matrix.example`);
  await sql`
    with queue as (
      insert into queues (tenant_id, key, name, customer_first, confirm, confirm_times, confirm_seconds, offer_seconds,
        ring_seconds, live_wait_seconds, wrap_up_seconds)
      values (${tenantId}, ${queue}, '{"en": "Matrix"}', ${order === 'customer first'}, ${confirm}, 10, 30, 120, 120, 300, 300)
      returning id
    ), person as (
      insert into users (tenant_id, email, name, role, password_hash)
      select ${tenantId}, email, 'Hired', 'agent', ${passwordHash} from unnest(${emails}::text[]) as hired (email) returning id
    ), agent as (
      insert into agents (tenant_id, user_id) select ${tenantId}, id from person
    )
    insert into agent_queues (tenant_id, user_id, queue_id) select ${tenantId}, person.id, queue.id from person, queue`;
  return { queue, emails };
}

/** One cell for each situation, with everybody signed in. */
export async function openCells(t: Teardown, stack: Stack, phone: Phone): Promise<Cell[]> {
  const tenantId = await company(stack);
  const all = Object.entries(situations).flatMap(([order, ofOrder]) =>
    Object.entries(ofOrder).map(([name, situation]) => ({
      name: `${order}, ${name}`,
      situation: { ...situation, order: order as Order },
    })),
  );
  return await Promise.all(
    all.map(async ({ name, situation }) => {
      const { queue, emails } = await hire(stack, tenantId, situation);
      const [audio, ...agents] = await Promise.all([
        RtpPeer.open(['PCMU']),
        ...emails.map(email => ObligingAgent.signIn(t, stack.api, email, password)),
      ]);
      t.teardown(() => audio.close());
      const cell = new Cell(name, situation, stack, phone, audio, agents, { siteKey, queue });
      phone.speakAt(cell.number, audio);
      return cell;
    }),
  );
}
