/** Every cell of what becomes of what an application leaves, settled by an estate whose surroundings are recorded. */
import { test } from 'tap';
import { FakeClock } from '../../testing/fake-clock.js';
import type { Application } from '../application.js';
import type { Dialog } from '../dialog.js';
import type { DialogStore } from '../dialog-store.js';
import type { Exchange, ExchangeTable } from '../server/exchange.js';
import { Estate, kindOfDialog, kindOfRequest } from './estate.js';
import { dialogFates, inviteFates, requestFates, type Turn } from './fates.js';

const named = (name: string) => ({ name }) as unknown as Application;
const owner = named('owner');
const heir = named('heir');

/** An estate, and what it does, in its order. */
function recorded() {
  const done: string[] = [];
  const exchanges = {
    hand: (exchange: Exchange, to: Application) => {
      exchange.application = to;
      done.push('handed');
    },
  };
  const estate = new Estate({
    dialogs: {} as DialogStore,
    exchanges: exchanges as unknown as ExchangeTable,
    pending: new Map(),
    responder: { settle: (_exchange, status) => done.push(`answered ${status}`) },
    hangUp: {
      acknowledge: () => done.push('ACK'),
      acknowledgeAndEnd: (_dialog, _sequence, reason) => done.push(`ACK, BYE ${reason}`),
      end: (_dialog, reason) => done.push(`BYE ${reason}`),
    },
    subscriptions: { finish: (_dialog, reason) => done.push(`subscriptions ${reason}`) },
    clock: new FakeClock(),
    graceMs: 30_000,
  });
  return { estate, done };
}

const gone = 'SIP;cause=200;text="Application is gone"';
const ended = `BYE ${gone}, subscriptions deactivated`;
const released = `ACK, BYE ${gone}`;
const late = 'ACK, BYE too late';

const cells: Record<string, string> = {
  'bye abandoned': 'answered 200',
  'bye inherited': 'handed',
  'bye takenOver': 'handed, delivered',
  'bye unclaimed': 'answered 200',
  'within abandoned': 'answered 503',
  'within inherited': 'handed',
  'within takenOver': 'handed, delivered',
  'within unclaimed': 'answered 481',
  'invite abandoned': 'answered 503',
  'invite inherited': 'handed',
  'invite takenOver': 'handed, delivered',
  'invite unclaimed': 'answered 503',
  'outside abandoned': 'answered 503',
  'outside inherited': 'answered 503',
  'outside takenOver': 'answered 503',
  'outside unclaimed': 'answered 503',
  'ours abandoned': 'CANCEL',
  'ours inherited': 'handed',
  'ours takenOver': 'handed',
  'ours unclaimed': 'CANCEL',
  'settled abandoned': '',
  'settled inherited': 'handed',
  'settled answered': '',
  'settled takenOver': 'handed',
  'settled unclaimed': ended,
  'unacknowledged abandoned': released,
  'unacknowledged inherited': 'ACK, handed',
  'unacknowledged answered': 'ACK',
  'unacknowledged takenOver': 'ACK, handed',
  'unacknowledged unclaimed': released,
  'offering abandoned': released,
  'offering inherited': released,
  'offering answered': '',
  'offering takenOver': 'handed',
  'offering unclaimed': released,
  'cancelled abandoned': late,
  'cancelled inherited': late,
  'cancelled answered': late,
  'cancelled takenOver': late,
  'cancelled unclaimed': late,
};

const request = (method: string, inDialog: boolean) =>
  ({ application: owner, inDialog, request: { method, callId: 'c', fromTag: 'f' } }) as unknown as Exchange;
const requests = {
  bye: () => request('BYE', true),
  within: () => request('INVITE', true),
  invite: () => request('INVITE', false),
  outside: () => request('MESSAGE', false),
};

const dialog = (pendingAck?: object) => ({ application: owner, pendingAck }) as unknown as Dialog;
const dialogs = {
  settled: () => dialog(),
  unacknowledged: () => dialog({ sequence: 1, offered: true }),
  offering: () => dialog({ sequence: 1, offered: false }),
  cancelled: () => dialog({ sequence: 1, offered: true, endReason: 'too late' }),
};

test('each kind is known for what it is', t => {
  for (const [kind, make] of Object.entries(requests)) t.equal(kindOfRequest(make()), kind);
  for (const [kind, make] of Object.entries(dialogs)) t.equal(kindOfDialog(make()), kind);
  t.equal(kindOfDialog(dialog({ sequence: 1, offered: false, text: 'ACK' })), 'settled');
  t.end();
});

test('every cell', t => {
  const walked = new Set<string>();
  const cell = (name: string, done: string[]) => {
    t.equal(done.join(', '), cells[name], name);
    walked.add(name);
  };
  for (const [kind, row] of Object.entries(requestFates)) {
    for (const turn of Object.keys(row) as Turn[]) {
      const { estate, done } = recorded();
      const exchange = requests[kind as keyof typeof requests]();
      const delivered = estate.settle({ id: 'd', exchanges: [exchange] }, turn, owner, heir);
      cell(`${kind} ${turn}`, [...done, ...delivered.map(() => 'delivered')]);
      t.equal(exchange.application === heir, done.includes('handed'));
    }
  }
  for (const turn of Object.keys(inviteFates) as Turn[]) {
    const { estate, done } = recorded();
    const sent = { application: owner, cancel: () => done.push('CANCEL') };
    estate.settle({ id: 'd', exchanges: [], sent: sent as never }, turn, owner, heir);
    cell(`ours ${turn}`, [...done, ...(sent.application === heir ? ['handed'] : [])]);
  }
  for (const [kind, row] of Object.entries(dialogFates)) {
    for (const turn of Object.keys(row) as Turn[]) {
      const { estate, done } = recorded();
      const made = dialogs[kind as keyof typeof dialogs]();
      estate.dialog(made, turn, heir);
      cell(`${kind} ${turn}`, [...done, ...(made.application === heir ? ['handed'] : [])]);
    }
  }
  t.same([...walked].sort(), Object.keys(cells).sort(), 'no cell is left out');
  t.end();
});

test("what is another's stays as it is; a BYE that waits is answered before its dialog ends", t => {
  const { estate, done } = recorded();
  const other = named('other');
  const [theirs, bye] = [requests.within(), requests.bye()];
  theirs.application = other;
  const foreign = dialogs.settled();
  foreign.application = other;
  estate.settle({ id: 'd', exchanges: [theirs], dialog: foreign }, 'unclaimed', owner);
  t.same(done, []);
  estate.settle({ id: 'd', exchanges: [bye], dialog: dialogs.settled() }, 'unclaimed', owner);
  t.same(done, ['answered 200', `BYE ${gone}`, 'subscriptions deactivated']);
  t.end();
});
