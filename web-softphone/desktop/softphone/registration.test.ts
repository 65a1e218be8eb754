import { mock } from 'node:test';
import t from 'tap';
import { Problem } from '../api/problem.js';
import type { SoftphoneAccess } from '../api/types.js';
import type { LineState } from './line.js';
import { Registration } from './registration.js';
import type { SipAgent, SipAgentListener } from './sip-agent.js';

class FakeAgent implements SipAgent {
  started = false;
  stopped = false;

  constructor(
    readonly access: SoftphoneAccess,
    readonly listener: SipAgentListener,
  ) {}

  start(): void {
    this.started = true;
  }

  async stop(): Promise<void> {
    this.stopped = true;
  }

  register(): void {
    this.listener.connected();
    this.listener.registered();
  }
}

interface Options {
  /** Of a credential, in ms. */
  life?: number;
  access?: () => Promise<void>;
  hold?: (signal: AbortSignal, onTaken: () => void) => Promise<void>;
}

function setUp({
  life = 3_600_000,
  access = async () => undefined,
  hold = async () => undefined,
}: Options = {}) {
  const agents: FakeAgent[] = [];
  let waiting: (() => void)[] = [];
  let busy = false;
  const registration = new Registration({
    hold,
    access: async () => {
      await access();
      const username = `user${agents.length + 1}`;
      const expiresAt = new Date(Date.now() + life).toISOString();
      return {
        wsUrl: 'ws://127.0.0.1:1',
        uri: 'sip:a@example.test',
        username,
        password: 'x',
        expiresAt,
        iceServers: [],
      };
    },
    createAgent: async (given, listener) => {
      const agent = new FakeAgent(given, listener);
      agents.push(agent);
      return agent;
    },
    onInvited: () => undefined,
    busy: () => busy,
    random: () => 0,
  });
  registration.line.subscribe(() => {
    const listeners = waiting;
    waiting = [];
    for (const listener of listeners) listener();
  });
  const setBusy = (now: boolean) => {
    busy = now;
  };
  const reached = async (state: LineState) => {
    while (registration.line.get() !== state) await new Promise<void>(resolve => waiting.push(resolve));
  };
  t.teardown(() => registration.stop());
  return { registration, agents, reached, setBusy };
}

t.test('a credential, a connection, a registration', async t => {
  const { registration, agents, reached } = setUp();
  registration.start();
  t.equal(registration.line.get(), 'off', 'until this tab has the phone');
  await reached('connecting');
  t.ok(agents[0]?.started);
  agents[0]?.listener.connected();
  t.equal(registration.line.get(), 'registering');
  agents[0]?.listener.registered();
  t.equal(registration.line.get(), 'registered');
  agents[0]?.listener.lost();
  t.equal(registration.line.get(), 'reconnecting');
  agents[0]?.register();
  t.equal(registration.line.get(), 'registered');
});

t.test('a refused credential is replaced, and the old agent is silent from then on', async t => {
  const { registration, agents, reached } = setUp();
  registration.start();
  await reached('connecting');
  agents[0]?.listener.refused();
  t.equal(registration.line.get(), 'refused');
  await reached('connecting');
  t.equal(agents[1]?.access.username, 'user2');
  t.ok(agents[0]?.stopped);
  agents[1]?.register();
  agents[0]?.listener.lost();
  t.equal(registration.line.get(), 'registered');
});

t.test('an API that fails is asked again; at once when the user says so', async t => {
  let failures = 2;
  const { registration, agents, reached } = setUp({
    access: async () => {
      failures -= 1;
      if (failures >= 0) throw new Problem('unreachable');
    },
  });
  registration.start();
  await reached('refused');
  registration.retry();
  await reached('preparing');
  await reached('refused');
  registration.retry();
  await reached('connecting');
  t.equal(agents.length, 1);
});

t.test('a credential is renewed before it expires', async t => {
  const { registration, agents, reached } = setUp({ life: 0 });
  registration.start();
  await reached('connecting');
  mock.timers.enable({ apis: ['setTimeout'] });
  agents[0]?.register();
  mock.timers.tick(4_999);
  t.equal(registration.line.get(), 'registered', 'the shortest life is not taken at its word');
  mock.timers.tick(1);
  mock.timers.reset();
  t.equal(registration.line.get(), 'preparing');
  await reached('connecting');
  agents[1]?.register();
  t.ok(agents[0]?.stopped);
  t.equal(registration.line.get(), 'registered');
});

t.test('a renewal waits for the end of the call, which then keeps nothing of the old', async t => {
  const { registration, agents, reached, setBusy } = setUp({ life: 0 });
  registration.start();
  await reached('connecting');
  mock.timers.enable({ apis: ['setTimeout'] });
  agents[0]?.register();
  setBusy(true);
  mock.timers.tick(5_000);
  mock.timers.reset();
  t.equal(registration.line.get(), 'registered');
  setBusy(false);
  registration.release();
  await reached('connecting');
  t.equal(agents.length, 2);
  t.ok(agents[0]?.stopped);
});

t.test('a call outlives the credential that is refused during it', async t => {
  const { registration, agents, reached, setBusy } = setUp();
  registration.start();
  await reached('connecting');
  agents[0]?.register();
  setBusy(true);
  agents[0]?.listener.refused();
  await reached('connecting');
  agents[1]?.register();
  t.equal(agents[0]?.stopped, false);
  setBusy(false);
  registration.release();
  t.ok(agents[0]?.stopped);
  t.equal(agents[1]?.stopped, false);
});

t.test(
  'after a change of network it registers anew at once, and a call goes on over the old connection',
  async t => {
    const { registration, agents, reached, setBusy } = setUp();
    registration.reconnect();
    t.equal(registration.line.get(), 'off', 'who is not there stays away');
    registration.start();
    await reached('connecting');
    agents[0]?.register();
    setBusy(true);
    registration.reconnect();
    await reached('connecting');
    t.equal(agents.length, 2);
    t.equal(agents[0]?.stopped, false);
    registration.reconnect();
    t.equal(agents.length, 2, 'one that is being made is not made again');
  },
);

t.test('another tab has the phone', async t => {
  let give: () => void = () => undefined;
  const { registration, reached } = setUp({
    hold: (_signal, onTaken) => {
      onTaken();
      return new Promise(resolve => {
        give = resolve;
      });
    },
  });
  registration.start();
  t.equal(registration.line.get(), 'elsewhere');
  give();
  await reached('connecting');
});

t.test('stopping makes void what is under way', async t => {
  let letGo: () => void = () => undefined;
  const asked = new Promise<void>(resolve => {
    letGo = resolve;
  });
  const { registration, agents } = setUp({ access: () => asked });
  registration.start();
  await Promise.resolve();
  await registration.stop();
  letGo();
  await asked;
  t.equal(registration.line.get(), 'off');
  t.equal(agents.filter(agent => agent.started).length, 0);
});
