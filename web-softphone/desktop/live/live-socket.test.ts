import t from 'tap';
import type { Desk } from '../api/types.js';
import { LiveSocket, type LiveState, type Socket } from './live-socket.js';

class FakeSocket implements Socket {
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  closed = false;
  readonly sent: unknown[] = [];

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }

  close(): void {
    this.closed = true;
  }

  receive(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const desk = { waiting: 3 } as Desk;

function setUp() {
  const sockets: FakeSocket[] = [];
  const desks: Desk[] = [];
  const page = { visible: true };
  let signedOut = 0;
  const live = new LiveSocket({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    visible: () => page.visible,
    onDesk: received => desks.push(received),
    onSignedOut: () => {
      signedOut += 1;
    },
    random: () => 0,
    now: () => 1_000_000,
  });
  return { live, page, sockets, desks, signedOut: () => signedOut, last: () => sockets.at(-1)! };
}

/** Resolves when the state satisfies `wanted`. */
function reached(live: LiveSocket, wanted: (state: LiveState) => boolean): Promise<void> {
  return new Promise(resolve => {
    const look = () => {
      if (!wanted(live.state.get())) return;
      end();
      resolve();
    };
    const end = live.state.subscribe(look);
    look();
  });
}

t.test('is open once the first desk is there, not with the handshake alone', async t => {
  const { live, last, desks } = setUp();
  live.start();
  t.equal(live.state.get().phase, 'connecting');
  last().receive({ type: 'desk', desk });
  t.equal(live.state.get().phase, 'open');
  t.same(desks, [desk]);
  live.stop();
});

t.test('says when it will try again, does so, and starts counting anew after a success', async t => {
  const { live, last, sockets } = setUp();
  live.start();
  last().receive({ type: 'desk', desk });
  last().onclose?.({ code: 1006 });
  t.same(live.state.get(), { phase: 'waiting', attempt: 1, retryAt: 1_000_500 });

  await reached(live, state => state.phase === 'connecting');
  t.equal(sockets.length, 2);
  last().onclose?.({ code: 1006 });
  t.same(live.state.get(), { phase: 'waiting', attempt: 2, retryAt: 1_001_000 });

  live.retry();
  t.same(live.state.get(), { phase: 'connecting', attempt: 2 });
  last().receive({ type: 'desk', desk });
  last().onclose?.({ code: 1011 });
  t.match(live.state.get(), { phase: 'waiting', attempt: 1 });
  live.stop();
});

t.test('ends for good when the session is over, told either way', async t => {
  for (const end of [
    (socket: FakeSocket) => socket.receive({ type: 'logged_out' }),
    (socket: FakeSocket) => socket.onclose?.({ code: 4401 }),
  ]) {
    const { live, last, signedOut } = setUp();
    live.start();
    end(last());
    t.equal(signedOut(), 1);
    t.same(live.state.get(), { phase: 'closed' });
  }
});

t.test('reopening leaves the old connection and its late words behind', async t => {
  const { live, last, sockets, desks } = setUp();
  live.start();
  const old = last();
  old.receive({ type: 'desk', desk });
  live.reopen();
  t.equal(sockets.length, 2);
  t.ok(old.closed);
  old.receive({ type: 'desk', desk });
  t.equal(desks.length, 1);
  live.stop();
  live.reopen();
  t.equal(sockets.length, 2, 'what was stopped stays stopped');
});

t.test('what it does not understand does not disturb it', async t => {
  const { live, last, desks } = setUp();
  live.start();
  last().onmessage?.({ data: '{broken' });
  last().onmessage?.({ data: new ArrayBuffer(4) });
  last().receive({ type: 'of a newer server' });
  last().receive({ type: 'desk', desk });
  t.equal(desks.length, 1);
  live.stop();
});

t.test(
  'answers the server when it asks whether somebody is there, and tells when the page is hidden',
  async t => {
    const { live, last, page } = setUp();
    live.start();
    live.sayVisible();
    t.same(last().sent, [], 'nothing before the server knows who it is');
    last().receive({ type: 'desk', desk });
    last().receive({ type: 'heartbeat' });
    last().receive({ type: 'probe', offer: 'o1' });
    page.visible = false;
    live.sayVisible();
    t.same(last().sent, [
      { type: 'heartbeat', visible: true },
      { type: 'present', offer: 'o1', visible: true },
      { type: 'heartbeat', visible: false },
    ]);
    live.stop();
  },
);
