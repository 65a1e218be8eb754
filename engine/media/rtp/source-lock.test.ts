import t from 'tap';
import { SourceLock } from './source-lock.js';

const signalled = { address: '192.0.2.1', port: 4000 };

t.test('nobody is admitted before an address is signalled', async t => {
  const lock = new SourceLock();
  t.notOk(lock.admits('192.0.2.1', 4000, 1));
  t.equal(lock.target, undefined);
});

t.test('the signalled source is the peer at once, and then everybody else is a stranger', async t => {
  const lock = new SourceLock();
  lock.signal(signalled);
  t.same(lock.target, signalled, 'sent to before it spoke');
  t.ok(lock.admits('192.0.2.1', 4000, 1));
  for (let i = 0; i < 20; i++) t.notOk(lock.admits('198.51.100.9', 5000, 2));
  t.notOk(lock.admits('192.0.2.1', 4001, 1));
  t.same(lock.target, signalled);
});

t.test('behind NAT: the same host after two packets, another after five of one stream', async t => {
  const near = new SourceLock();
  near.signal(signalled);
  t.same(
    [1, 2, 3].map(() => near.admits('192.0.2.1', 61000, 1)),
    [false, true, true],
  );
  const far = new SourceLock();
  far.signal({ address: '10.0.0.5', port: 4000 });
  t.same(
    [1, 2, 3, 4, 5, 6].map(() => far.admits('203.0.113.7', 9, 1)),
    [false, false, false, false, true, true],
  );
  t.same(far.target, { address: '203.0.113.7', port: 9 });
});

t.test('a spray of sources or streams never becomes the peer', async t => {
  const lock = new SourceLock();
  lock.signal(signalled);
  for (let i = 0; i < 50; i++) t.notOk(lock.admits('203.0.113.7', 1000 + (i % 2), 1));
  for (let i = 0; i < 50; i++) t.notOk(lock.admits('203.0.113.8', 1000, i));
});

t.test('who was learned by mistake yields to the signalled source', async t => {
  const lock = new SourceLock();
  lock.signal(signalled);
  for (let i = 0; i < 5; i++) lock.admits('203.0.113.7', 9, 1);
  t.ok(lock.admits('192.0.2.1', 4000, 2));
  t.notOk(lock.admits('203.0.113.7', 9, 1));
  t.same(lock.target, signalled);
});

t.test('a new address in SDP starts anew; the same one does not', async t => {
  const lock = new SourceLock();
  lock.signal(signalled);
  for (let i = 0; i < 2; i++) lock.admits('192.0.2.1', 61000, 1);
  lock.signal({ ...signalled });
  t.same(lock.target, { address: '192.0.2.1', port: 61000 });
  lock.signal({ address: '192.0.2.2', port: 4000 });
  t.same(lock.target, { address: '192.0.2.2', port: 4000 });
  t.notOk(lock.admits('192.0.2.1', 61000, 1));
});
