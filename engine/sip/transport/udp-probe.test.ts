import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'tap';
import { FakeClock } from '../testing/fake-clock.js';
import { UdpProbes } from './udp-probe.js';

/** A socket at a port of its own. Probes keep no process alive; where one of these is open, there is something to wait with. */
async function listening(host: string): Promise<Socket> {
  const socket = createSocket(host === '::1' ? 'udp6' : 'udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  return socket;
}

for (const host of ['127.0.0.1', '::1']) {
  test(`at ${host}: a port that is closed is told from one that is open`, async t => {
    const clock = new FakeClock();
    const probes = new UdpProbes(host, clock);
    const other = await listening(host);
    t.teardown(() => other.close());
    const socket = await listening(host);
    const { port } = socket.address();
    const asked = [probes.refused(host, port), probes.refused(host, port)];
    const [text] = await once(socket, 'message');
    t.equal(String(text), '\r\n\r\n');
    clock.pass(1_000);
    t.same(await Promise.all(asked), [false, false], 'silence says nothing');
    const closed = once(socket, 'close');
    socket.close();
    await closed;
    t.equal(await probes.refused(host, port), true);
    t.equal(clock.running, 0);
  });
}

test('a few at a time, and nothing is said of what cannot be asked', async t => {
  const clock = new FakeClock();
  const probes = new UdpProbes('127.0.0.1', clock);
  const silent = await listening('127.0.0.1');
  t.teardown(() => silent.close());
  const { port } = silent.address();
  // Every address of the loopback network reaches this machine; only one of them is listened on.
  const others = Array.from({ length: 63 }, (_, i) => probes.refused(`127.0.1.${i + 1}`, port));
  const first = probes.refused('127.0.0.1', port);
  t.equal(await probes.refused('127.0.2.1', port), false, 'one too many');
  t.notOk((await Promise.all(others)).includes(false));
  clock.pass(1_000);
  t.equal(await first, false);
  const elsewhere = new UdpProbes('192.0.2.1', clock);
  t.equal(await elsewhere.refused('127.0.0.1', port), false, 'no socket at such an address');
});
