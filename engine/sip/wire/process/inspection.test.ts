/** What the server shows of itself: counters over HTTP, and a trace of each call. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { Harness } from '../../testing/harness.js';
import { PeerCall } from '../../testing/peer.js';

const anyPort = { host: '127.0.0.1', port: 0 };

async function rejectedCall(harness: Harness, peer: PeerCall['peer']): Promise<PeerCall> {
  const call = new PeerCall(peer, harness.uri);
  call.invite([['Authorization', 'Digest username="bob", response="0badcafe"']]);
  call.ackFailure(await peer.response(486, 'INVITE'));
  return call;
}

test('what was sent and received is counted', async t => {
  const harness = await Harness.start({ metrics: anyPort });
  t.teardown(() => harness.close());
  await harness.application({ invite: (_req, res) => res.send(486) });
  const peer = await harness.udpPeer();
  await rejectedCall(harness, peer);
  await rejectedCall(harness, await harness.wsPeer());
  peer.sendText('this is no SIP');
  peer.sendText('BREW sip:pot SIP/2.0\r\n\r\n');
  const url = `http://127.0.0.1:${harness.server.metrics?.port}`;
  const read = async () => (await fetch(`${url}/metrics`)).text();
  let text = await read();
  // The last datagrams may still be on their way.
  while (!/dropped_total\{reason="unreadable"\} 2/.test(text)) text = await read();
  for (const line of [
    'ringbridge_sip_messages_total{direction="received",transport="udp",kind="INVITE"} 1',
    'ringbridge_sip_messages_total{direction="received",transport="ws",kind="INVITE"} 1',
    'ringbridge_sip_messages_total{direction="sent",transport="udp",kind="1xx"} 1',
    'ringbridge_sip_messages_total{direction="sent",transport="udp",kind="4xx"} 1',
    'ringbridge_sip_messages_total{direction="received",transport="udp",kind="other"} 2',
    'ringbridge_sip_dropped_total{reason="scanner"} 0',
    'ringbridge_sip_timeouts_total 0',
    'ringbridge_sip_alive{what="flows"} 1',
    'ringbridge_sip_alive{what="dialogs"} 0',
  ])
    t.ok(text.includes(`${line}\n`), line);
  t.match(text, /^process_resident_memory_bytes /m);
  t.equal(
    await read().then(again => /kind="INVITE"\} 2/.test(again)),
    false,
    'asking twice counts nothing twice',
  );
  t.equal((await fetch(url)).status, 404);
  t.equal((await fetch(`${url}/metrics`, { method: 'POST' })).status, 404);
});

test('each call is written, without its credentials', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'trace-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const harness = await Harness.start({ traceFolder: folder });
  await harness.application({ invite: (_req, res) => res.send(486) });
  const calls = [
    await rejectedCall(harness, await harness.udpPeer()),
    await rejectedCall(harness, await harness.wsPeer()),
  ];
  await harness.close();
  const names = await readdir(folder);
  t.equal(names.length, 2);
  for (const { callId } of calls) {
    const name = names.find(candidate => candidate.includes(callId));
    const text = (await readFile(join(folder, name as string))).toString('latin1');
    const starts = [...text.matchAll(/(INVITE|ACK) sip:\S+ SIP|SIP\/2\.0 (100|486) /g)].map(
      ([, method, status]) => method ?? status,
    );
    t.same(starts, ['INVITE', '100', '486', 'ACK']);
    t.match(text, /Authorization: Digest xxx/);
    t.notMatch(text, /0badcafe/);
  }
});

test('a folder that cannot be had, or a metrics port that is taken, ends the start with a sentence', async t => {
  await t.rejects(Harness.start({ traceFolder: '/dev/null/traces' }), {
    message: /^cannot write traces to \/dev\/null\/traces \(--trace\): /,
  });
  const harness = await Harness.start({ metrics: anyPort });
  t.teardown(() => harness.close());
  await t.rejects(Harness.start({ metrics: harness.server.metrics ?? anyPort }), {
    message: /^cannot listen on 127\.0\.0\.1:\d+ \(--metrics\): the port is already in use$/,
  });
});
