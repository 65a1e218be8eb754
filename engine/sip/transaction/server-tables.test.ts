/** Every cell of the two server tables, driven through a transaction at work, as client-tables.test.ts does it. */

import { test } from 'tap';
import { defaultMessageLimits } from '../message/limits.js';
import type { SipRequest } from '../message/message.js';
import { parseMessage } from '../message/parser.js';
import { FakeClock } from '../testing/fake-clock.js';
import { FakeFlow } from '../testing/fake-flow.js';
import { requestText, timeline } from '../testing/transaction-vectors.js';
import { noTransactions } from './counters.js';
import { inviteServer } from './invite-server.js';
import { nonInviteServer } from './non-invite-server.js';
import { ServerTransaction } from './server-transaction.js';
import { defaultTimers } from './timers.js';

/** A server transaction with what it did since it was last asked. */
function server(isInvite: boolean, connected = false) {
  const clock = new FakeClock();
  const flow = new FakeFlow(connected);
  const told: string[] = [];
  const transaction = new ServerTransaction('key', undefined, isInvite, flow, {
    clock,
    timers: defaultTimers,
    counters: noTransactions(),
    ended: () => told.push('end'),
  });
  transaction.user = {
    acknowledged: () => told.push('ack'),
    deserted: () => told.push('deserted'),
    sendFailed: () => told.push('error'),
  };
  const seen = (): string =>
    [...flow.sent.splice(0).map(text => `send ${text}`), ...told.splice(0)].join(', ');
  return { clock, flow, transaction, seen };
}

type Server = ReturnType<typeof server>;

const ack = parseMessage(requestText('ACK'), defaultMessageLimits) as SipRequest;

const reachServer: Record<string, (s: Server) => void> = {
  trying: () => undefined,
  proceeding: s => s.transaction.respond(180, '180'),
  completed: s => s.transaction.respond(486, '486'),
  confirmed: s => {
    s.transaction.respond(486, '486');
    s.transaction.acknowledge(ack);
  },
  accepted: s => s.transaction.respond(200, '200'),
  terminated: s => s.transaction.abandon(),
};

const serverEvents: Record<string, (s: Server) => void> = {
  request: s => s.transaction.retransmitted(),
  ack: s => s.transaction.acknowledge(ack),
  sendProvisional: s => s.transaction.respond(183, '183'),
  sendSuccess: s => s.transaction.respond(202, '202'),
  sendFailure: s => s.transaction.respond(404, '404'),
  sendFinal: s => s.transaction.respond(404, '404'),
};

const inviteServerCells: Record<string, string> = {
  'proceeding request': 'proceeding: send 180',
  'proceeding ack': 'proceeding: ',
  'proceeding sendProvisional': 'proceeding: send 183',
  'proceeding sendSuccess': 'accepted: send 202',
  'proceeding sendFailure': 'completed: send 404',
  'completed request': 'completed: send 486',
  'completed ack': 'confirmed: ',
  'completed sendProvisional': 'completed: ',
  'completed sendSuccess': 'completed: ',
  'completed sendFailure': 'completed: ',
  'confirmed request': 'confirmed: ',
  'confirmed ack': 'confirmed: ',
  'confirmed sendProvisional': 'confirmed: ',
  'confirmed sendSuccess': 'confirmed: ',
  'confirmed sendFailure': 'confirmed: ',
  'accepted request': 'accepted: ',
  'accepted ack': 'accepted: ack',
  'accepted sendProvisional': 'accepted: ',
  'accepted sendSuccess': 'accepted: send 202',
  'accepted sendFailure': 'accepted: ',
  'terminated request': 'terminated: ',
  'terminated ack': 'terminated: ',
  'terminated sendProvisional': 'terminated: ',
  'terminated sendSuccess': 'terminated: ',
  'terminated sendFailure': 'terminated: ',
};

const nonInviteServerCells: Record<string, string> = {
  'trying request': 'trying: ',
  'trying sendProvisional': 'proceeding: send 183',
  'trying sendFinal': 'completed: send 404',
  'proceeding request': 'proceeding: send 180',
  'proceeding sendProvisional': 'proceeding: send 183',
  'proceeding sendFinal': 'completed: send 404',
  'completed request': 'completed: send 486',
  'completed sendProvisional': 'completed: ',
  'completed sendFinal': 'completed: ',
  'terminated request': 'terminated: ',
  'terminated sendProvisional': 'terminated: ',
  'terminated sendFinal': 'terminated: ',
};

const serverTimers: Record<string, Record<string, [number, string, string][]>> = {
  INVITE: {
    proceeding: [],
    completed: [
      ...[500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500].map(
        (at): [number, string, string] => [at, 'send 486', 'completed'],
      ),
      [32_000, 'end', 'terminated'],
    ],
    confirmed: [[5_000, 'end', 'terminated']],
    accepted: [[32_000, 'end', 'terminated']],
    terminated: [],
  },
  OPTIONS: {
    trying: [],
    proceeding: [],
    completed: [[32_000, 'end', 'terminated']],
    terminated: [],
  },
};

for (const method of ['INVITE', 'OPTIONS'] as const) {
  const isInvite = method === 'INVITE';
  const table = isInvite ? inviteServer : nonInviteServer;
  const cells = isInvite ? inviteServerCells : nonInviteServerCells;
  test(`server transaction of ${method}: every message in every state`, t => {
    for (const [state, events] of Object.entries(table)) {
      for (const event of Object.keys(events).filter(name => name in serverEvents)) {
        const s = server(isInvite);
        reachServer[state]?.(s);
        t.equal(s.transaction.state, state);
        s.seen();
        serverEvents[event]?.(s);
        t.equal(`${s.transaction.state}: ${s.seen()}`, cells[`${state} ${event}`], `${state} ${event}`);
      }
    }
    t.end();
  });

  test(`server transaction of ${method}: every timer in every state`, t => {
    for (const state of Object.keys(table)) {
      const s = server(isInvite);
      reachServer[state]?.(s);
      s.seen();
      t.same(
        timeline(s.clock, s.seen, () => s.transaction.state),
        serverTimers[method]?.[state],
        state,
      );
      t.equal(s.clock.running, 0, `${state}: no timer is left`);
    }
    t.end();
  });

  test(`server transaction of ${method}: a response that does not leave keeps the state`, t => {
    for (const [state, events] of Object.entries(table)) {
      const cell = (events as Record<string, { next: string; actions: readonly string[] }>).transportError;
      t.equal(cell?.next, state);
      for (const [event, { next, actions }] of Object.entries(
        events as Record<string, { next: string; actions: readonly string[] }>,
      )) {
        // A timer that does not run in a state has an empty cell there.
        const runs = { completed: 'GHJ', confirmed: 'I', accepted: 'L' }[state] ?? '';
        if (!event.startsWith('timer') || runs.includes(event.slice(5))) continue;
        t.same([next, ...actions], [state], `${state} ${event}`);
      }
    }
    const s = server(isInvite);
    s.flow.failing = true;
    s.transaction.respond(180, '180');
    t.equal(`${s.transaction.state}: ${s.seen()}`, 'proceeding: error');
    t.end();
  });
}

test('a server transaction whose connection closes ends, and says so while somebody waits', t => {
  const waiting = server(true, true);
  waiting.flow.close();
  t.equal(waiting.seen(), 'deserted, end');
  const answered = server(true, true);
  answered.transaction.respond(200, '200');
  answered.seen();
  answered.flow.close();
  t.equal(answered.seen(), 'end');
  t.end();
});
