/**
 * Every cell of the branch table, driven through a branch at work: what it sends, what it tells, where it ends up.
 * `state event -> state: effects`; effects are what is seen from outside.
 */
import { test } from 'tap';
import { Sender } from '../dialog/client/sender.js';
import { defaultMessageLimits } from '../message/limits.js';
import type { SipResponse } from '../message/message.js';
import { parseMessage } from '../message/parser.js';
import { FakeClock } from '../testing/fake-clock.js';
import { FakeFlow } from '../testing/fake-flow.js';
import { head } from '../testing/transaction-vectors.js';
import { TransactionLayer } from '../transaction/layer.js';
import { defaultTimers } from '../transaction/timers.js';
import { Branch, type BranchTimeouts } from './branch.js';
import { type BranchEvent, type BranchState, branchTable } from './branch-table.js';

const timeouts = { provisionalMs: 1_000, finalMs: 100_000, timerCMs: 185_000 };

const requestText = (method: string): string => `${method} sip:b@x SIP/2.0\r\n${head(method)}`;

/** A branch on a flow of its own, with what it did since it was last asked. */
function stage(method: 'INVITE' | 'MESSAGE' = 'INVITE', times: BranchTimeouts = timeouts) {
  const clock = new FakeClock();
  const flow = new FakeFlow(true);
  const transactions = new TransactionLayer(clock, defaultTimers, { maxTransactions: 100 });
  const told: string[] = [];
  const branch = new Branch(
    new Sender(transactions, 4_000),
    { method, branch: 'z9hG4bK1', text: requestText(method), contact: undefined },
    { kind: 'flow', flow },
    times,
    {
      received: () => undefined,
      forward: ({ status }) => told.push(`forward ${status}`),
      decided: ({ outcome }) => told.push(`decided ${outcome?.status ?? 'accepted'}`),
    },
  );
  const answer = (status: number): void =>
    transactions.response(
      parseMessage(`SIP/2.0 ${status} X\r\n${head(method)}`, defaultMessageLimits) as SipResponse,
      flow,
    );
  const seen = (): string => {
    // The ACK of a failure is the client transaction's own.
    const sent = flow.sent.splice(0).map(text => `send ${text.split(' ')[0]}`);
    return [...sent, ...told.splice(0)].filter(effect => effect !== 'send ACK').join(', ');
  };
  return { clock, branch, answer, seen };
}

type Stage = ReturnType<typeof stage>;

const reach: Record<BranchState, (s: Stage) => void> = {
  idle: () => undefined,
  trying: s => s.branch.start(),
  proceeding: s => {
    s.branch.start();
    s.answer(180);
  },
  cancelPending: s => {
    s.branch.start();
    s.branch.cancel([]);
  },
  cancelled: s => {
    s.branch.start();
    s.answer(180);
    s.branch.cancel([]);
  },
  overduePending: s => {
    s.branch.start();
    s.clock.pass(timeouts.provisionalMs);
  },
  overdue: s => {
    s.branch.start();
    s.answer(180);
    s.clock.pass(timeouts.finalMs);
  },
  answered: s => {
    s.branch.start();
    s.answer(200);
  },
  ended: s => {
    s.branch.start();
    s.answer(486);
  },
};

/** `late` and `giveUp` are timers: see the test of times below. */
const bring: Partial<Record<BranchEvent, (s: Stage) => void>> = {
  start: s => s.branch.start(),
  provisional: s => s.answer(183),
  success: s => s.answer(200),
  failure: s => s.answer(404),
  cancel: s => s.branch.cancel([]),
};

const cells: Record<BranchState, Partial<Record<BranchEvent, string>>> = {
  idle: { start: 'trying: send INVITE', cancel: 'ended: ' },
  trying: {
    provisional: 'proceeding: forward 183',
    success: 'answered: forward 200, decided accepted',
    failure: 'ended: decided 404',
    cancel: 'cancelPending: ',
  },
  proceeding: {
    provisional: 'proceeding: forward 183',
    success: 'answered: forward 200, decided accepted',
    failure: 'ended: decided 404',
    cancel: 'cancelled: send CANCEL',
  },
  cancelPending: {
    provisional: 'cancelled: send CANCEL',
    success: 'answered: forward 200, decided accepted',
    failure: 'ended: decided 404',
  },
  cancelled: { success: 'answered: forward 200, decided accepted', failure: 'ended: decided 404' },
  overduePending: {
    provisional: 'overdue: send CANCEL',
    success: 'answered: forward 200, decided 408',
    failure: 'ended: ',
  },
  overdue: { success: 'answered: forward 200, decided 408', failure: 'ended: ' },
  answered: { success: 'answered: forward 200' },
  ended: {},
};

test('every cell', t => {
  for (const state of Object.keys(branchTable) as BranchState[]) {
    for (const [event, happen] of Object.entries(bring) as [BranchEvent, (s: Stage) => void][]) {
      const s = stage();
      reach[state](s);
      t.equal(s.branch.state, state);
      s.seen();
      happen(s);
      // What is not listed changes nothing.
      t.equal(`${s.branch.state}: ${s.seen()}`, cells[state][event] ?? `${state}: `, `${state} ${event}`);
    }
  }
  t.end();
});

test('every time', t => {
  /** Lets ten minutes pass and notes what is seen when, in seconds. */
  const moments = (state: BranchState): [number, string, BranchState][] => {
    const s = stage();
    reach[state](s);
    s.seen();
    const found: [number, string, BranchState][] = [];
    let before = s.branch.state;
    for (let elapsed = 1; elapsed <= 600; elapsed += 1) {
      s.clock.pass(1_000);
      const effects = s.seen();
      if (effects !== '' || before !== s.branch.state) found.push([elapsed, effects, s.branch.state]);
      before = s.branch.state;
    }
    t.equal(s.clock.running, 0, `${state}: no timer is left`);
    return found;
  };
  t.same(moments('idle'), []);
  t.same(moments('trying'), [[1, 'decided 408', 'overduePending']]);
  t.same(moments('proceeding'), [
    [100, 'send CANCEL, decided 408', 'overdue'],
    [132, '', 'ended'],
  ]);
  t.same(moments('cancelled'), [[32, 'decided 487', 'ended']]);
  t.same(moments('overdue'), [[32, '', 'ended']]);
  t.same(moments('answered'), []);
  t.same(moments('ended'), []);
  t.end();
});

test('a request that is no INVITE is not cancelled', t => {
  const s = stage('MESSAGE');
  s.branch.start();
  t.equal(s.seen(), 'send MESSAGE');
  s.answer(183);
  t.equal(s.seen(), 'forward 183');
  s.branch.cancel([]);
  t.equal(s.seen(), '');
  s.answer(487);
  t.equal(s.seen(), 'decided 487');
  t.end();
});

test('timer C starts again with each 1xx but a 100', t => {
  const s = stage('INVITE', { provisionalMs: undefined, finalMs: undefined, timerCMs: 185_000 });
  s.branch.start();
  s.answer(180);
  s.clock.pass(180_000);
  s.answer(183);
  s.clock.pass(100_000);
  s.answer(100);
  s.seen();
  s.clock.pass(84_999);
  t.equal(s.seen(), '');
  s.clock.pass(1);
  t.equal(s.seen(), 'send CANCEL, decided 408');
  t.end();
});
