import t from 'tap';
import { DtmfReceiver, eventOfKey, isKeys, writeEvent } from './dtmf.js';

function event(key: string, end: boolean, duration: number): Buffer {
  const payload = Buffer.alloc(4);
  writeEvent(payload, 0, eventOfKey(key), end, duration);
  return payload;
}

function feed(receiver: DtmfReceiver, timestamp: number, payload: Buffer, ssrc = 1) {
  return receiver.receive(ssrc, timestamp, payload, 0, payload.length);
}

t.test('one press is told once, however often its packets come', async t => {
  const receiver = new DtmfReceiver();
  const told = [
    feed(receiver, 1000, event('5', false, 160)),
    feed(receiver, 1000, event('5', false, 320)),
    feed(receiver, 1000, event('5', true, 800)),
    feed(receiver, 1000, event('5', true, 800)),
    feed(receiver, 1000, event('5', true, 800)),
  ].filter(press => press !== undefined);
  t.same(told, [{ digit: '5', durationMs: 100 }]);
});

t.test('the same key twice is two presses', async t => {
  const receiver = new DtmfReceiver();
  t.same(feed(receiver, 1000, event('*', true, 800)), { digit: '*', durationMs: 100 });
  t.same(feed(receiver, 3000, event('*', true, 400)), { digit: '*', durationMs: 50 });
});

t.test(
  'a press whose end was lost is told when the next begins, and late packets are not a press',
  async t => {
    const receiver = new DtmfReceiver();
    feed(receiver, 1000, event('1', false, 320));
    t.same(feed(receiver, 3000, event('2', false, 160)), { digit: '1', durationMs: 40 });
    t.equal(feed(receiver, 1000, event('1', true, 480)), undefined);
    t.same(feed(receiver, 3000, event('2', true, 800)), { digit: '2', durationMs: 100 });
  },
);

t.test('events that are no keys, and payloads too short, are passed over', async t => {
  const receiver = new DtmfReceiver();
  t.equal(feed(receiver, 1, Buffer.from([32, 0x80, 0, 160])), undefined, 'a fax tone');
  t.equal(feed(receiver, 2, Buffer.from([1, 0x80])), undefined);
});

t.test('keys are 0-9 * # A-D, up to 64', async t => {
  t.ok(isKeys('0123456789*#ABCD'));
  for (const text of ['', 'x', '1 2', '１', '1'.repeat(65)]) t.notOk(isKeys(text), text);
});
