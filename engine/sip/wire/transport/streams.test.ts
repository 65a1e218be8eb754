/** Connections of TCP and TLS: how they are cut, used again, limited, and what happens when they die. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import { type Test, test } from 'tap';
import { defaultSipServerOptions, type SipServerOptions } from '../../options.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness, next, requestWithin, withStatus } from '../../testing/harness.js';
import { PeerCall, peerRequest, sdp, WsPeer } from '../../testing/peer.js';
import { StreamListener, StreamPeer } from '../../testing/stream-peer.js';
import { testCertificate } from '../../testing/tls-files.js';
import type { ConnectionLimits } from '../../transport/connection-limits.js';

const any = [{ host: '127.0.0.1', port: 0 }];

async function start(
  t: Test,
  limits: Partial<ConnectionLimits> = {},
  options: Partial<SipServerOptions> = {},
  clock = new FakeClock(),
): Promise<Harness> {
  const connections = { ...defaultSipServerOptions.connections, ...limits };
  const harness = await Harness.start({ tcp: any, connections, ...options }, { clock });
  t.teardown(() => harness.close());
  return harness;
}

/** Lets time pass until then; what is on its way arrives between the steps. */
async function passUntil(clock: FakeClock, reached: () => boolean): Promise<void> {
  while (!reached()) {
    clock.pass(20);
    await new Promise(resolve => setImmediate(resolve));
  }
}

const tcpOf = (harness: Harness) => harness.server.tcp[0] as { host: string; port: number };
const peerOf = async (harness: Harness): Promise<StreamPeer> =>
  harness.keep(await StreamPeer.open('tcp', tcpOf(harness)));

/** A request outside any dialog. */
function request(peer: StreamPeer, sequence: number, method = 'MESSAGE', body = '', via?: string): string {
  const identity = {
    callId: `${method}-${peer.at}`,
    from: '<sip:a@example.com>;tag=1',
    to: '<sip:example.com>',
  };
  const text = peerRequest(peer, { method, uri: 'sip:example.com', ...identity, sequence, body });
  return via === undefined ? text : text.replace(/Via: [^;]*/, () => `Via: ${via}`);
}

/** An application that answers MESSAGE, and the bodies it got. */
async function receiving(harness: Harness): Promise<string[]> {
  const bodies: string[] = [];
  await harness.application({
    message: (req: SrfRequest, res: SrfResponse) => {
      bodies.push(req.body);
      res.send(200);
    },
  });
  return bodies;
}

test('requests arrive whole, cut at each byte, byte by byte, and many in one piece', async t => {
  const harness = await start(t);
  const bodies = await receiving(harness);
  const peer = await peerOf(harness);
  peer.socket.setNoDelay(true);
  const text = `\r\n${request(peer, 1, 'MESSAGE', sdp)}`;
  const numbered = (sequence: number) =>
    text.replace('CSeq: 1 ', `CSeq: ${sequence} `).replace(/branch=\w+/, `branch=z9hG4bK${sequence}`);
  for (let cut = 1; cut < text.length; cut += 1) {
    peer.sendText(numbered(cut).slice(0, cut));
    await new Promise(resolve => setImmediate(resolve));
    peer.sendText(numbered(cut).slice(cut));
    await peer.response(200, 'MESSAGE');
  }
  for (const byte of numbered(10_001)) {
    peer.sendText(byte);
    await new Promise(resolve => setImmediate(resolve));
  }
  await peer.response(200, 'MESSAGE');
  peer.sendText([1, 2, 3].map(number => numbered(20_000 + number)).join('\r\n'));
  for (let i = 0; i < 3; i += 1) await peer.response(200, 'MESSAGE');
  t.equal(bodies.length, text.length - 1 + 4);
  t.ok(bodies.every(body => body === sdp));
});

test('a body of 50 KiB goes both ways', async t => {
  const harness = await start(t);
  const bodies: string[] = [];
  const srf = await harness.application({
    message: (req, res) => {
      bodies.push(req.body);
      res.send(200);
    },
  });
  const body = 'ringbridge'.repeat(5 * 1_024);
  const peer = await peerOf(harness);
  peer.sendText(request(peer, 1, 'MESSAGE', body));
  await peer.response(200, 'MESSAGE');
  t.same(bodies, [body]);
  const callee = harness.keep(await StreamListener.open('tcp', {}));
  const uri = `sip:a@127.0.0.1:${callee.address.port};transport=tcp`;
  const message = { method: 'MESSAGE', headers: { 'Content-Type': 'text/plain' }, body };
  void (srf.request as unknown as (uri: string, options: object) => Promise<unknown>).call(srf, uri, message);
  t.equal((await (await callee.peer()).request('MESSAGE')).body, body);
});

test('what is no SIP closes the connection, and so does a message without a known end', async t => {
  const harness = await start(t);
  await receiving(harness);
  const head = (peer: StreamPeer, length: string) =>
    request(peer, 1).replace('Content-Length: 0\r\n', length);
  const cases: [string, (peer: StreamPeer) => string, number?][] = [
    ['junk', () => 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['junk before a message', peer => `junk\r\n\r\n${request(peer, 1)}`],
    ['a head without an end', () => `MESSAGE sip:a SIP/2.0\r\nSubject: ${'x'.repeat(70_000)}`],
    ['no length', peer => head(peer, ''), 400],
    ['a bad length', peer => head(peer, 'Content-Length: -1\r\n'), 400],
    ['too long', peer => head(peer, 'Content-Length: 70000\r\n'), 513],
  ];
  for (const [name, text, status] of cases) {
    const peer = await peerOf(harness);
    peer.sendText(text(peer));
    if (status !== undefined) await peer.response(status, 'MESSAGE');
    await peer.gone();
    t.same(peer.got, [], name);
  }
  await harness.until(() => harness.server.sizes().flows === 0);
  const peer = await peerOf(harness);
  peer.sendText(request(peer, 1).replace(/CSeq: .*\r\n/, ''));
  peer.sendText(request(peer, 2));
  await peer.response(200, 'MESSAGE');
  t.ok(peer.open, 'a message that is only ignored does not');
});

test('a message that does not become complete closes the connection, and so does a stranger', async t => {
  const clock = new FakeClock();
  const harness = await start(t, { messageTimeoutMs: 100 }, {}, clock);
  await receiving(harness);
  const quiet = await peerOf(harness);
  quiet.sendText(request(quiet, 1));
  await quiet.response(200, 'MESSAGE');
  const halfOpen = await peerOf(harness);
  halfOpen.sendText(request(halfOpen, 1));
  await halfOpen.response(200, 'MESSAGE');
  halfOpen.sendText(request(halfOpen, 2).slice(0, -3));
  const silent = await peerOf(harness);
  const pinging = await peerOf(harness);
  pinging.sendText('\r\n\r\n');
  await passUntil(clock, () => [halfOpen, silent, pinging].every(peer => !peer.open));
  t.ok(quiet.open, 'one that has said something may be silent');
});

test('a connection over which nothing is said is closed', async t => {
  const clock = new FakeClock();
  const harness = await start(t, { idleTimeoutMs: 100 }, {}, clock);
  await receiving(harness);
  const peer = await peerOf(harness);
  peer.sendText(request(peer, 1));
  await peer.response(200, 'MESSAGE');
  clock.pass(100);
  t.equal(harness.server.sizes().flows, 1);
  clock.pass(50);
  await peer.gone();
  await harness.until(() => harness.server.sizes().flows === 0);
  t.notOk(peer.open);
});

test('one source has so many connections and no more, and all together too', async t => {
  const certificate = testCertificate(t, 'localhost');
  const secure = { tls: any, wss: any, tlsFiles: certificate.files };
  const harness = await start(t, { maxPerSource: 3 }, secure);
  const { tls, wss } = harness.server;
  const authority = certificate.certificate;
  const first = await peerOf(harness);
  const second = harness.keep(await StreamPeer.open('tls', tls[0] as never, { authority }));
  const third = harness.keep(await WsPeer.open(wss[0] as never, authority));
  await harness.until(() => harness.server.sizes().flows === 3);
  await (await peerOf(harness)).gone();
  await t.rejects(StreamPeer.open('tls', tls[0] as never, { authority }));
  const fourth = await WsPeer.open(wss[0] as never, authority);
  t.equal((await once(fourth.socket, 'close'))[0], 1013);
  const proxied = await harness.wsPeer();
  t.ok(proxied.open, 'plain WebSocket is not counted');
  for (const peer of [first, second, third]) await peer.close();
  await harness.until(() => harness.server.sizes().flows === 1);
  for (let i = 0; i < 3; i += 1) await peerOf(harness);
  await harness.until(() => harness.server.sizes().flows === 4);

  const small = await start(t, {}, { maxFlows: 1 });
  await peerOf(small);
  await harness.until(() => small.server.sizes().flows === 1);
  await (await peerOf(small)).gone();
  const srf = await small.application();
  const callee = small.keep(await StreamListener.open('tcp', {}));
  const uri = `sip:a@127.0.0.1:${callee.address.port};transport=tcp`;
  await t.rejects(srf.createUAC(uri, { localSdp: sdp } as never), withStatus(503));
});

test('handshakes that do not go on are closed', async t => {
  const certificate = testCertificate(t, 'localhost');
  const clock = new FakeClock();
  const options = { tls: any, tlsFiles: certificate.files };
  const harness = await start(t, { messageTimeoutMs: 100 }, options, clock);
  const { host, port } = harness.server.tls[0] as { host: string; port: number };
  const silent = connect(port, host);
  const plain = connect(port, host);
  for (const socket of [silent, plain]) socket.on('error', () => undefined).resume();
  plain.on('connect', () => plain.write('OPTIONS sip:a SIP/2.0\r\n\r\n'));
  await passUntil(clock, () => silent.destroyed && plain.destroyed);
  await harness.until(() => harness.server.sizes().flows === 0);
  t.ok(silent.destroyed && plain.destroyed);
});

test('a peer that does not read is dropped', async t => {
  const harness = await start(t, { maxUnreadBytes: 65_536 });
  const peer = await peerOf(harness);
  peer.socket.pause();
  const padded = `Via: ${peer.via};x=${'x'.repeat(7_000)}`;
  let sequence = 0;
  const closed = peer.gone();
  const flood = () => {
    for (let i = 0; i < 20 && peer.open; i += 1) {
      sequence += 1;
      peer.sendText(request(peer, sequence, 'UNKNOWN').replace(/Via: [^;]*/, () => padded));
    }
  };
  flood();
  await harness.until(() => harness.server.sizes().flows === 1);
  await harness.until(() => {
    if (peer.socket.writableLength < 100_000) flood();
    return harness.server.sizes().flows === 0;
  });
  peer.socket.resume();
  await closed;
  t.notOk(peer.open);
});

test('pings of a peer are answered; ours find out that a peer is dead', async t => {
  const clock = new FakeClock();
  const harness = await start(t, {}, { pingIntervalMs: 40 }, clock);
  const srf = await harness.application();
  const peer = await peerOf(harness);
  peer.sendText('\r\n\r\n');
  await harness.until(() => peer.other.join('') === '\r\n');
  peer.sendText('\r\n\r\n\r\n\r\n');
  await harness.until(() => peer.other.join('') === '\r\n\r\n\r\n');

  const callee = harness.keep(await StreamListener.open('tcp', {}));
  const other = harness.keep(await StreamListener.open('tcp', {}));
  const call = (to: StreamListener) =>
    srf.createUAC(`sip:a@127.0.0.1:${to.address.port};transport=tcp`, { localSdp: sdp } as never);
  const failed = t.rejects(call(callee), withStatus(503));
  void call(other).catch(() => undefined);
  const knowing = await callee.peer();
  const ignorant = await other.peer();
  for (const to of [knowing, ignorant]) await to.request('INVITE');
  const pings = (of: StreamPeer) => of.other.join('').length / 4;
  clock.pass(40);
  await harness.until(() => pings(knowing) === 1);
  knowing.sendText('\r\n');
  // Answered after the pong has been read: nobody has a route for it.
  knowing.sendText(request(knowing, 1));
  await knowing.response(503, 'MESSAGE');
  clock.pass(40);
  await harness.until(() => pings(knowing) === 2);
  clock.pass(40);
  await knowing.gone();
  await failed;
  t.equal(pings(knowing), 2);
  await harness.until(() => pings(ignorant) >= 4);
  t.ok(ignorant.open, 'whoever never answered one need not know what they are');
});

test('what cannot be connected to fails at once, or when its time is over', async t => {
  const certificate = testCertificate(t, 'localhost');
  const secure = { tls: any, tlsFiles: certificate.files };
  const clock = new FakeClock();
  const harness = await start(t, { connectTimeoutMs: 100 }, secure, clock);
  const srf = await harness.application();
  const free = await StreamListener.open('tcp', {});
  const { port } = free.address;
  await free.close();
  const call = (uri: string) => srf.createUAC(uri, { localSdp: sdp } as never);
  await t.rejects(call(`sip:a@127.0.0.1:${port};transport=tcp`), withStatus(503));
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const accepted: Socket[] = [];
  silent.on('connection', socket => accepted.push(socket));
  t.teardown(() => {
    silent.close();
    for (const socket of accepted) socket.destroy();
  });
  const { port: quiet } = silent.address() as { port: number };
  const late = t.rejects(call(`sips:a@localhost:${quiet}`), withStatus(503));
  await harness.until(() => accepted.length === 1);
  clock.pass(100);
  await late;
  t.equal(harness.server.sizes().flows, 0);
  t.equal(harness.server.sizes().transactions, 0);
});

for (const protocol of ['tcp', 'tls'] as const) {
  test(`peers that die take what hangs on their ${protocol} connection with them`, async t => {
    const certificate = testCertificate(t, 'localhost');
    const harness = await start(t, {}, { tls: any, tlsFiles: certificate.files });
    const cancelled: string[] = [];
    const srf = await harness.application({
      invite: req => req.on('cancel', () => cancelled.push(req.get('Call-ID') as string)),
    });
    const authority = certificate.certificate;
    const at = harness.server[protocol][0] as { host: string; port: number };
    const caller = harness.keep(await StreamPeer.open(protocol, at, { authority }));
    const call = new PeerCall(caller, 'sip:callback@shop.example');
    call.invite();
    await caller.response(100, 'INVITE');
    await harness.until(() => harness.server.sizes().exchanges === 1);
    caller.socket.destroy();
    await harness.until(() => cancelled.length === 1);
    t.same(cancelled, [call.callId]);
    const callee = harness.keep(await StreamListener.open(protocol, { certificate }));
    const uri = `sip:a@localhost:${callee.address.port};transport=${protocol}`;
    const placed = srf.createUAC(uri, { localSdp: sdp } as never);
    const peer = await callee.peer();
    peer.respond(await peer.request('INVITE'), 180, { tag: 'callee' });
    peer.socket.destroy();
    await t.rejects(placed, withStatus(503));
    await harness.until(() => harness.server.sizes().flows === 0);
    t.match(harness.server.sizes(), { exchanges: 0, invites: 0, transactions: 0 });
  });
}

test('a response whose connection is gone takes a new one to the port in the Via', async t => {
  const harness = await start(t);
  const answers: (() => void)[] = [];
  const cancelled: unknown[] = [];
  await harness.application({
    invite: (req, res) => {
      req.on('cancel', () => cancelled.push(req));
      res.send(180);
      answers.push(() => res.send(486));
    },
    options: (_, res) => {
      answers.push(() => res.send(200));
    },
  });
  const listener = harness.keep(await StreamListener.open('tcp', {}));
  const open = () => StreamPeer.open('tcp', tcpOf(harness), { listening: listener.address });
  const caller = await open();
  const call = new PeerCall(caller, 'sip:callback@shop.example');
  call.invite();
  await caller.response(180, 'INVITE');
  await caller.close();
  const back = await listener.peer();
  answers.shift()?.();
  await back.response(486, 'INVITE');
  t.same(cancelled, [], 'nobody is told that the caller is gone');
  const asking = await open();
  asking.sendText(request(asking, 1, 'OPTIONS'));
  await harness.until(() => answers.length === 1);
  await asking.close();
  await harness.until(() => harness.server.sizes().flows === 1);
  answers.shift()?.();
  await back.response(200, 'OPTIONS');
  t.equal(listener.count, 1, 'over the connection that was there by then');
});

test('a call goes on over a new connection when the old one is gone', async t => {
  const harness = await start(t);
  let answered: (dialog: Dialog) => void = () => undefined;
  const dialogMade = new Promise<Dialog>(resolve => {
    answered = resolve;
  });
  const srf = await harness.application({
    invite: async (req, res) => answered(await srf.createUAS(req, res, { localSdp: sdp })),
  });
  const listener = harness.keep(await StreamListener.open('tcp', {}));
  const options = { listening: listener.address };
  const caller = await StreamPeer.open('tcp', tcpOf(harness), options);
  const call = new PeerCall(caller, 'sip:callback@shop.example');
  call.invite();
  const ok = await caller.response(200, 'INVITE');
  const dialog = await dialogMade;
  const acknowledged = next(dialog, 'ack');
  call.ack(ok);
  await acknowledged;
  await caller.close();
  await harness.until(() => harness.server.sizes().flows === 0);
  const info = requestWithin(dialog, { method: 'INFO' });
  const back = await listener.peer();
  back.respond(await back.request('INFO'), 200);
  t.equal((await info).status, 200);
  const destroyed = next(dialog, 'destroy');
  const again = harness.keep(await StreamPeer.open('tcp', tcpOf(harness), options));
  again.sendText(call.text('BYE', { sequence: 9 }));
  await again.response(200, 'BYE');
  await destroyed;
});

test('a contact registered over a connection is reached over it, and told of when it closes', async t => {
  const harness = await start(t);
  const registers: SrfRequest[] = [];
  const register = (req: SrfRequest, res: SrfResponse) => {
    registers.push(req);
    res.send(200, { headers: { Contact: req.get('Contact') as string, Expires: '300' } } as never);
  };
  const srf = await harness.application({ register }, ['flow-events']);
  const peer = await peerOf(harness);
  const contact = 'sip:phone@192.0.2.9:5060;transport=tcp';
  peer.sendText(
    peerRequest(peer, {
      ...{ method: 'REGISTER', uri: 'sip:shop.example', callId: 'r', sequence: 1 },
      ...{ from: '<sip:phone@shop.example>;tag=1', to: '<sip:phone@shop.example>' },
      headers: [['Contact', `<${contact}>`]],
    }),
  );
  await peer.response(200, 'REGISTER');
  void srf.createUAC(contact, { localSdp: sdp } as never).catch(() => undefined);
  t.equal((await peer.request('INVITE')).uri, contact);
  await peer.close();
  await harness.until(() => registers.length === 2);
  t.equal(registers[1]?.get('X-Ringbridge-Flow'), 'closed');
});

test('requests of a stranger with a Via of another host are answered where they came from', async t => {
  const harness = await start(t);
  await receiving(harness);
  const peer = await peerOf(harness);
  peer.sendText(request(peer, 1, 'MESSAGE', '', 'SIP/2.0/TCP 192.0.2.9:5060'));
  const ok = await peer.response(200, 'MESSAGE');
  t.match(ok.first('via'), /^SIP\/2\.0\/TCP 192\.0\.2\.9:5060;branch=\w+;received=127\.0\.0\.1$/);
});
