import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { CallTrace } from './call-trace.js';
import { withoutCredentials } from './credentials.js';
import { fileHeader, ipv6Bytes, record } from './pcap.js';

const invite = (callId: string, more = '') =>
  `INVITE sip:a@127.0.0.1 SIP/2.0\r\nCall-ID: ${callId}\r\n${more}Content-Length: 0\r\n\r\n`;

/** The messages of a pcap file, read as Wireshark would. */
function messagesOf(file: Buffer): { at: number; from: string; to: string; payload: string }[] {
  const messages = [];
  for (let at = 24; at < file.length; ) {
    const [seconds, micros, kept] = [0, 4, 8].map(offset => file.readUInt32LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const packet = file.subarray(at + 16, at + 16 + kept);
    const head = packet[0] === 0x45 ? 20 : 40;
    const address = (from: number, length: number) => [...packet.subarray(from, from + length)].join('.');
    const [source, target] =
      head === 20 ? [address(12, 4), address(16, 4)] : [address(8, 16), address(24, 16)];
    messages.push({
      at: seconds * 1_000 + micros / 1_000,
      from: `${source}:${packet.readUInt16BE(head)}`,
      to: `${target}:${packet.readUInt16BE(head + 2)}`,
      payload: packet.subarray(head + 8).toString('latin1'),
    });
    at += 16 + kept;
  }
  return messages;
}

const here = { address: '127.0.0.1', port: 5060 };
const there = { address: '192.0.2.7', port: 40_000 };

t.test('a record holds the message between its addresses', async t => {
  const file = Buffer.concat([
    fileHeader(),
    record({ at: 1_700_000_000_123, from: there, to: here, payload: Buffer.from('one') }),
    record({
      at: 1_700_000_000_124,
      from: { address: '::1', port: 1 },
      to: { address: '2001:db8::2', port: 2 },
      payload: Buffer.from('two'),
    }),
  ]);
  const [first, second] = messagesOf(file);
  t.same(first, { at: 1_700_000_000_123, from: '192.0.2.7:40000', to: '127.0.0.1:5060', payload: 'one' });
  t.match(second, { from: /^(0\.){15}1:1$/, to: /^32\.1\.13\.184\.(0\.){11}2:2$/, payload: 'two' });
  const packet = file.subarray(24 + 16, 24 + 16 + 20);
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += packet.readUInt16BE(at);
  t.equal((sum & 0xffff) + (sum >>> 16), 0xffff, 'the checksum of the IPv4 header is right');
});

t.test('a message longer than a packet is cut off and says how long it was', async t => {
  const entry = record({ at: 0, from: here, to: there, payload: Buffer.alloc(70_000) });
  t.equal(entry.readUInt32LE(8), 65_535);
  t.equal(entry.readUInt32LE(12), 70_028);
  t.equal(entry.length, 16 + 65_535);
});

t.test('IPv6 addresses in every way of writing', async t => {
  const cases: [string, string][] = [
    ['::', '0'.repeat(32)],
    ['::1', `${'0'.repeat(31)}1`],
    ['fe80::1%eth0', `fe80${'0'.repeat(27)}1`],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['::ffff:192.0.2.1', `${'0'.repeat(20)}ffffc0000201`],
    ['192.0.2.1', `${'0'.repeat(20)}ffffc0000201`],
    ['nonsense', '0'.repeat(32)],
  ];
  for (const [text, hex] of cases) t.equal(ipv6Bytes(text).toString('hex'), hex, text);
});

t.test('credentials are blanked and nothing moves', async t => {
  const secret = 'deadbeef';
  const text = invite(
    'c1',
    [
      `Authorization: Digest username="bob", realm="x", nonce="n", response="${secret}"`,
      `proxy-authorization : Digest username="bob",\r\n response="${secret}"`,
      `Authorization: ${secret}`,
      'X-Authorization-Hint: kept\r\n',
    ].join('\r\n'),
  ).concat(
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${secret}|2^20\r\na=ice-pwd:${secret}\r\na=ice-ufrag:kept\r\n`,
  );
  const blanked = withoutCredentials(text);
  t.notMatch(blanked, new RegExp(secret));
  t.notMatch(blanked, /bob/);
  t.match(blanked, /X-Authorization-Hint: kept/);
  t.match(blanked, /ice-ufrag:kept/);
  t.match(blanked, /Authorization: Digest xxx/);
  t.equal(blanked.length, text.length);
  t.equal(withoutCredentials(invite('c2')), invite('c2'));
});

t.test('each call has a file, with its messages in order', async t => {
  const folder = join(await mkdtemp(join(tmpdir(), 'trace-')), 'new');
  t.teardown(() => rm(folder, { recursive: true }));
  const trace = await CallTrace.open({ folder, maxFiles: 10 }, { failed: error => t.fail(error.message) });
  trace.message(invite('one@host'), there, here, 1_000);
  trace.message(invite('../two/..'), there, here, 2_000);
  trace.message('SIP/2.0 200 OK\r\ni: one@host\r\n\r\n', here, there, 3_000);
  trace.message('no call at all', here, there, 3_000);
  await trace.close();
  const names = (await readdir(folder)).sort();
  t.match(names, [
    /^19700101T000001\.000Z-one@host-[0-9a-f]{8}\.pcap$/,
    /^19700101T000002\.000Z-\.\._two_\.\.-/,
  ]);
  const file = join(folder, names[0] as string);
  t.match(messagesOf(await readFile(file)), [
    { at: 1_000, payload: /^INVITE/ },
    { at: 3_000, from: '127.0.0.1:5060', to: '192.0.2.7:40000', payload: /^SIP\/2.0 200/ },
  ]);
  t.equal((await stat(file)).mode & 0o777, 0o600, 'nobody else may read it');
});

t.test('the oldest files go, those of earlier runs first', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'trace-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const events = { failed: (error: Error) => t.fail(error.message) };
  const first = await CallTrace.open({ folder, maxFiles: 3 }, events);
  for (const id of ['a', 'b', 'c']) first.message(invite(id), there, here, 1_000);
  await first.close();
  const second = await CallTrace.open({ folder, maxFiles: 3 }, events);
  second.message(invite('d'), there, here, 2_000);
  await second.close();
  const names = await readdir(folder);
  t.equal(names.length, 3);
  t.ok(names.some(name => name.includes('-d-')));
});

t.test('a call that is forgotten before the disk is written to loses nothing', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'trace-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const trace = await CallTrace.open({ folder, maxFiles: 2 }, { failed: error => t.fail(error.message) });
  for (const id of ['a', 'b', 'c']) trace.message(invite(id), there, here, 1_000);
  trace.message(invite('b'), there, here, 2_000);
  await trace.close();
  const names = (await readdir(folder)).sort();
  t.match(names, [/-b-/, /-c-/]);
  t.equal(messagesOf(await readFile(join(folder, names[0] as string))).length, 2);
});

t.test('one call cannot fill the disk', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'trace-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const trace = await CallTrace.open({ folder, maxFiles: 3 }, { failed: error => t.fail(error.message) });
  const large = invite('long', `X: ${'y'.repeat(60_000)}\r\n`);
  for (let count = 0; count < 100; count += 1) trace.message(large, there, here);
  await trace.close();
  const [name] = await readdir(folder);
  t.ok((await stat(join(folder, name as string))).size <= 4 * 1024 * 1024);
});

t.test('a folder that cannot be written is told, and calls go on', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'trace-'));
  const failures: string[] = [];
  const trace = await CallTrace.open(
    { folder, maxFiles: 3 },
    { failed: error => failures.push(error.message) },
  );
  await rm(folder, { recursive: true });
  trace.message(invite('x'), there, here);
  await trace.close();
  t.match(failures, [/ENOENT/]);
});
