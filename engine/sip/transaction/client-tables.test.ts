/**
 * Every cell of the two client tables, driven through a transaction at work: what it sends, what it tells its
 * user, where it ends up. `state event -> state: effects`; effects are what is seen from outside.
 */

import { test } from 'tap';
import { defaultMessageLimits } from '../message/limits.js';
import type { SipResponse } from '../message/message.js';
import { parseMessage } from '../message/parser.js';
import { FakeClock } from '../testing/fake-clock.js';
import { FakeFlow } from '../testing/fake-flow.js';
import { head, requestText, timeline } from '../testing/transaction-vectors.js';
import { ClientTransaction } from './client-transaction.js';
import { noTransactions } from './counters.js';
import { inviteClient } from './invite-client.js';
import { nonInviteClient } from './non-invite-client.js';
import { defaultTimers } from './timers.js';

const response = (status: number, method: string): SipResponse =>
  parseMessage(`SIP/2.0 ${status} X\r\n${head(method)}`, defaultMessageLimits) as SipResponse;

/** A client transaction with what it did since it was last asked. */
function client(method: 'INVITE' | 'OPTIONS', connected = false) {
  const clock = new FakeClock();
  const flow = new FakeFlow(connected);
  const told: string[] = [];
  const transaction = new ClientTransaction(
    {
      method,
      branch: 'z9hG4bK1',
      text: requestText(method),
      user: {
        response: answer => told.push(`deliver ${answer.status}`),
        timeout: () => told.push('timeout'),
        failed: () => told.push('error'),
      },
    },
    { clock, timers: defaultTimers, counters: noTransactions(), ended: () => told.push('end') },
  );
  transaction.start(flow);
  const seen = (): string => {
    const sent = flow.sent.splice(0).map(text => `send ${text.split(' ')[0]}`);
    return [...sent, ...told.splice(0)].join(', ');
  };
  seen();
  return { clock, flow, transaction, seen };
}

type Client = ReturnType<typeof client>;

/** How a client gets into each state. Timers that run there are let alone. */
const reachClient: Record<string, (c: Client, method: string) => void> = {
  calling: () => undefined,
  trying: () => undefined,
  proceeding: (c, method) => c.transaction.receive(response(180, method), c.flow),
  completed: (c, method) => c.transaction.receive(response(486, method), c.flow),
  accepted: (c, method) => c.transaction.receive(response(200, method), c.flow),
  terminated: c => c.transaction.abandon(),
};

/** How each event is brought about. A timer event in a state where the timer does not run never comes: see below. */
const clientEvents: Record<string, (c: Client, method: string) => void> = {
  provisional: (c, method) => c.transaction.receive(response(180, method), c.flow),
  success: (c, method) => c.transaction.receive(response(200, method), c.flow),
  failure: (c, method) => c.transaction.receive(response(486, method), c.flow),
  final: (c, method) => c.transaction.receive(response(200, method), c.flow),
  transportError: c => c.transaction.fail(new Error('gone')),
};

const clientCells: Record<'INVITE' | 'OPTIONS', Record<string, string>> = {
  INVITE: {
    'calling provisional': 'proceeding: deliver 180',
    'calling success': 'accepted: deliver 200',
    'calling failure': 'completed: send ACK, deliver 486',
    'calling transportError': 'terminated: error, end',
    'proceeding provisional': 'proceeding: deliver 180',
    'proceeding success': 'accepted: deliver 200',
    'proceeding failure': 'completed: send ACK, deliver 486',
    'proceeding transportError': 'terminated: error, end',
    'completed provisional': 'completed: ',
    'completed success': 'completed: ',
    'completed failure': 'completed: send ACK',
    'completed transportError': 'terminated: end',
    'accepted provisional': 'accepted: ',
    'accepted success': 'accepted: deliver 200',
    'accepted failure': 'accepted: ',
    'accepted transportError': 'terminated: end',
    'terminated provisional': 'terminated: ',
    'terminated success': 'terminated: ',
    'terminated failure': 'terminated: ',
    'terminated transportError': 'terminated: ',
  },
  OPTIONS: {
    'trying provisional': 'proceeding: deliver 180',
    'trying final': 'completed: deliver 200',
    'trying transportError': 'terminated: error, end',
    'proceeding provisional': 'proceeding: deliver 180',
    'proceeding final': 'completed: deliver 200',
    'proceeding transportError': 'terminated: error, end',
    'completed provisional': 'completed: ',
    'completed final': 'completed: ',
    'completed transportError': 'terminated: end',
    'terminated provisional': 'terminated: ',
    'terminated final': 'terminated: ',
    'terminated transportError': 'terminated: ',
  },
};

/** When the timers of each state fire, as [milliseconds since the state was entered, effect, state after]. */
const clientTimers: Record<'INVITE' | 'OPTIONS', Record<string, [number, string, string][]>> = {
  INVITE: {
    calling: [
      [500, 'send INVITE', 'calling'],
      [1_500, 'send INVITE', 'calling'],
      [3_500, 'send INVITE', 'calling'],
      [7_500, 'send INVITE', 'calling'],
      [15_500, 'send INVITE', 'calling'],
      [31_500, 'send INVITE', 'calling'],
      [32_000, 'timeout, end', 'terminated'],
    ],
    proceeding: [],
    completed: [[32_000, 'end', 'terminated']],
    accepted: [[32_000, 'end', 'terminated']],
    terminated: [],
  },
  OPTIONS: {
    trying: [
      [500, 'send OPTIONS', 'trying'],
      [1_500, 'send OPTIONS', 'trying'],
      [3_500, 'send OPTIONS', 'trying'],
      [7_500, 'send OPTIONS', 'trying'],
      [11_500, 'send OPTIONS', 'trying'],
      [15_500, 'send OPTIONS', 'trying'],
      [19_500, 'send OPTIONS', 'trying'],
      [23_500, 'send OPTIONS', 'trying'],
      [27_500, 'send OPTIONS', 'trying'],
      [31_500, 'send OPTIONS', 'trying'],
      [32_000, 'timeout, end', 'terminated'],
    ],
    proceeding: [
      [500, 'send OPTIONS', 'proceeding'],
      [4_500, 'send OPTIONS', 'proceeding'],
      [8_500, 'send OPTIONS', 'proceeding'],
      [12_500, 'send OPTIONS', 'proceeding'],
      [16_500, 'send OPTIONS', 'proceeding'],
      [20_500, 'send OPTIONS', 'proceeding'],
      [24_500, 'send OPTIONS', 'proceeding'],
      [28_500, 'send OPTIONS', 'proceeding'],
      [32_000, 'timeout, end', 'terminated'],
    ],
    completed: [[5_000, 'end', 'terminated']],
    terminated: [],
  },
};

for (const method of ['INVITE', 'OPTIONS'] as const) {
  const table = method === 'INVITE' ? inviteClient : nonInviteClient;
  test(`client transaction of ${method}: every message in every state`, t => {
    for (const [state, cells] of Object.entries(table)) {
      for (const event of Object.keys(cells).filter(name => !name.startsWith('timer'))) {
        const c = client(method);
        reachClient[state]?.(c, method);
        t.equal(c.transaction.state, state);
        c.seen();
        clientEvents[event]?.(c, method);
        t.equal(
          `${c.transaction.state}: ${c.seen()}`,
          clientCells[method][`${state} ${event}`],
          `${state} ${event}`,
        );
      }
    }
    t.end();
  });

  test(`client transaction of ${method}: every timer in every state`, t => {
    for (const state of Object.keys(table)) {
      const c = client(method);
      reachClient[state]?.(c, method);
      c.seen();
      const moments = timeline(c.clock, c.seen, () => c.transaction.state);
      t.same(moments, clientTimers[method][state], state);
      t.equal(c.clock.running, 0, `${state}: no timer is left`);
    }
    t.end();
  });
}

test('client timers that are not due do nothing', t => {
  for (const table of [inviteClient, nonInviteClient]) {
    for (const [state, cells] of Object.entries(table)) {
      const live = state === 'calling' || state === 'trying' || state === 'proceeding';
      for (const [event, cell] of Object.entries(
        cells as Record<string, { next: string; actions: string[] }>,
      )) {
        if (!event.startsWith('timer') || (live && !/[DKM]$/.test(event))) continue;
        const ends = cell.next === 'terminated' && state !== 'terminated';
        t.same(cell.actions, ends ? ['end'] : [], `${state} ${event}`);
      }
    }
  }
  t.end();
});

test('over a connection nothing is repeated and finished transactions go at once', t => {
  const invite = client('INVITE', true);
  t.same(
    timeline(invite.clock, invite.seen, () => invite.transaction.state),
    [[32_000, 'timeout, end', 'terminated']],
  );
  const refused = client('INVITE', true);
  refused.transaction.receive(response(486, 'INVITE'), refused.flow);
  t.equal(refused.seen(), 'send ACK, deliver 486, end');
  const options = client('OPTIONS', true);
  options.transaction.receive(response(200, 'OPTIONS'), options.flow);
  t.equal(options.seen(), 'deliver 200, end');
  const closed = client('OPTIONS', true);
  closed.flow.close();
  t.equal(closed.seen(), 'error, end');
  t.end();
});
