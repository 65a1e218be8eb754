/** Applications that the server looks for: those that listen (`srf.listen`), and HTTP request handlers. */
import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import Srf from 'drachtio-srf';
import { test } from 'tap';
import { parseRequestHandler } from '../../control/outbound/request-handler.js';
import { defaultSipServerOptions } from '../../options.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { type Handler, Harness, secret } from '../../testing/harness.js';
import { PeerCall, sdp, type UdpPeer } from '../../testing/peer.js';
import { RawApplication } from '../../testing/raw-application.js';
import { testCertificate } from '../../testing/tls-files.js';

type Test = { teardown(end: () => unknown): void };

async function start(t: Test, handlers: string[], options: object = {}) {
  const clock = new FakeClock();
  const outbound = {
    ...defaultSipServerOptions.outbound,
    handlers: handlers.map(parseRequestHandler),
    ...options,
  };
  const harness = await Harness.start({ outbound, recordCalls: true }, { clock });
  t.teardown(() => harness.close());
  return { harness, clock, peer: await harness.udpPeer() };
}

async function listening(t: Test, server: Server, sockets = new Set<Socket>()): Promise<number> {
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  server.on('connection', socket => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** An application by the unmodified drachtio-srf that waits for the server to connect. */
async function listeningSrf(t: Test, handlers: Record<string, Handler>, options: object = {}) {
  const srf = new Srf();
  srf.on('error', () => undefined);
  const methods = srf as unknown as Record<string, (handler: Handler) => void>;
  for (const [method, handler] of Object.entries(handlers)) methods[method]?.call(srf, handler);
  const server = srf.listen({ port: 0, host: '127.0.0.1', secret, ...options } as never) as unknown as Server;
  if (!server.listening) await once(server, 'listening');
  const sockets = new Set<Socket>();
  const port = await listening(t, server, sockets);
  return { srf: srf as Srf & { endSession(req: unknown): void }, port, sockets };
}

/** An HTTP request handler; what it is asked is kept. */
async function http(t: Test, answer: (res: ServerResponse, req: IncomingMessage) => void) {
  const asked: { url: URL; method: string | undefined; body: string }[] = [];
  const server = createHttp(async (req, res) => {
    let body = '';
    for await (const piece of req) body += piece;
    asked.push({ url: new URL(req.url ?? '', 'http://handler'), method: req.method, body });
    answer(res, req);
  });
  return { asked, url: `http://127.0.0.1:${await listening(t, server)}` };
}

const saying = (value: unknown) => (res: ServerResponse) => res.end(JSON.stringify(value));

function call(peer: UdpPeer, harness: Harness): PeerCall {
  const made = new PeerCall(peer, harness.uri);
  made.invite();
  return made;
}

async function refusedWith(peer: UdpPeer, harness: Harness, status: number) {
  const made = call(peer, harness);
  const response = await peer.response(status, 'INVITE');
  made.ackFailure(response);
  return response;
}

test('drachtio-srf that listens gets a call on a connection of its own, and ends it', async t => {
  const application = await listeningSrf(t, {
    invite: async (req, res) => {
      const dialog = await application.srf.createUAS(req, res, { localSdp: sdp });
      dialog.on('destroy', () => application.srf.endSession(req));
    },
  });
  const { harness, peer } = await start(t, [`invite=tcp://127.0.0.1:${application.port}`]);
  const made = call(peer, harness);
  made.ack(await peer.response(200, 'INVITE'));
  const second = call(peer, harness);
  second.ack(await peer.response(200, 'INVITE'));
  t.equal(application.sockets.size, 2);
  for (const one of [made, second]) {
    one.send('BYE');
    await peer.response(200, 'BYE');
  }
  await harness.until(() => application.sockets.size === 0);
  t.match(harness.server.sizes(), { dialogs: 0, exchanges: 0 });
});

test('a caller who gives up while the application rings is told to it', async t => {
  let cancelled: ((value: unknown) => void) | undefined;
  const gone = new Promise(resolve => {
    cancelled = resolve;
  });
  const application = await listeningSrf(t, {
    invite: (req, res) => {
      req.on('cancel', () => cancelled?.(undefined));
      res.send(180);
    },
  });
  const { harness, peer } = await start(t, [`*=tcp://127.0.0.1:${application.port}`]);
  const made = call(peer, harness);
  await peer.response(180, 'INVITE');
  made.cancel();
  made.ackFailure(await peer.response(487, 'INVITE'));
  await gone;
  t.pass();
});

test('over TLS to an application that proves who it is; 480 when it does not', async t => {
  const { certificate, key } = testCertificate(t, 'localhost');
  const application = await listeningSrf(
    t,
    { invite: (_, res) => res.send(486) },
    { tls: { cert: certificate, key } },
  );
  const handlers = [`INVITE=tls://localhost:${application.port}`];
  const trusting = await start(t, handlers, { authorities: [certificate] });
  await refusedWith(trusting.peer, trusting.harness, 486);
  const careful = await start(t, handlers);
  await refusedWith(careful.peer, careful.harness, 480);
  const others = await start(t, handlers, { authorities: [testCertificate(t, 'localhost').certificate] });
  await refusedWith(others.peer, others.harness, 480);
  t.pass();
});

test('480 at once: wrong secret, closed, nobody there; after 3 s without a login', async t => {
  const wrong = await listeningSrf(t, { invite: (_, res) => res.send(200) }, { secret: 'wrong' });
  const server = createServer(socket => socket.end());
  const closing = await listening(t, server);
  const connected: Socket[] = [];
  const silent = await listening(
    t,
    createServer(socket => connected.push(socket)),
  );
  const gone = createServer();
  const nobody = await listening(t, gone);
  await new Promise(resolve => gone.close(resolve));
  for (const port of [wrong.port, closing, nobody]) {
    const { harness, peer } = await start(t, [`INVITE=tcp://127.0.0.1:${port}`]);
    await refusedWith(peer, harness, 480);
    t.equal(harness.server.sizes().exchanges, 0);
  }
  const { harness, clock, peer } = await start(t, [`INVITE=tcp://127.0.0.1:${silent}`]);
  const made = call(peer, harness);
  await harness.until(() => connected.length === 1);
  // The connection is known on this side a turn later.
  await peer.response(100, 'INVITE');
  while (harness.server.sizes().exchanges > 0) {
    clock.pass(500);
    await new Promise(resolve => setImmediate(resolve));
  }
  t.ok(clock.now() >= 2_000 && clock.now() <= 10_000);
  made.ackFailure(await peer.response(480, 'INVITE'));
});

test("a call is its application's: without it the call ends as any other does", async t => {
  const sockets: Socket[] = [];
  const port = await listening(
    t,
    createServer(socket => sockets.push(socket)),
  );
  const { harness, clock, peer } = await start(t, [`INVITE=tcp://127.0.0.1:${port}`]);
  const made = call(peer, harness);
  await harness.until(() => sockets.length === 1);
  const application = new RawApplication(sockets[0] as Socket);
  t.equal((await application.login(secret))[0], 'OK');
  const { fields } = await application.sip('INVITE');
  t.same(fields.slice(10, 12), ['127.0.0.1', String(harness.server.udp[0]?.port)]);
  await application.ask(`sip|${fields[8]}||\r\nSIP/2.0 200 OK\r\n\r\n`);
  made.ack(await peer.response(200, 'INVITE'));
  await application.sip('ACK');
  await application.ask('route|to-see-it-go');
  application.socket.destroy();
  await harness.until(() => harness.server.sizes().routes === 0);
  made.send('INFO');
  await peer.response(481, 'INFO');
  clock.pass(30_000);
  peer.respond(await peer.request('BYE'), 200);
  t.equal(harness.server.sizes().dialogs, 0);
});

test('an HTTP handler is asked with what there is to know, by GET or POST', async t => {
  const reject = { action: 'reject', data: { status: 503, reason: 'Später' } };
  const handler = await http(t, saying(reject));
  for (const verb of ['GET', 'POST']) {
    const prefix = verb === 'POST' ? 'POST:' : '';
    const { harness, peer } = await start(t, [`INVITE=${prefix}${handler.url}/calls/`]);
    const made = new PeerCall(peer, `${harness.uri};x=1;tag&=a b;lr`.replace(' ', '%20'));
    made.invite();
    const response = await peer.response(503, 'INVITE');
    t.match(response.text, /^SIP\/2\.0 503 Sp\xc3\xa4ter\r\n/);
    made.ackFailure(response);
    const asked = handler.asked.pop();
    t.equal(asked?.method, verb);
    t.equal(asked?.url.pathname, '/calls/');
    t.same(
      [...(asked?.url.searchParams ?? [])],
      [
        ['method', 'INVITE'],
        ['domain', '127.0.0.1'],
        ['protocol', 'udp'],
        ['source_address', '127.0.0.1'],
        ['fromUser', 'peer'],
        ['toUser', 'service'],
        ['uriUser', 'service'],
        ['contentType', 'application/sdp'],
        ['uri', made.uri],
        ['x', '1'],
        ['tag&', 'a%20b'],
        ['lr', ''],
      ],
    );
    t.equal(asked?.body.startsWith(`INVITE ${made.uri} SIP/2.0\r\n`), verb === 'POST');
    t.equal(asked?.body.endsWith(sdp), verb === 'POST');
  }
});

test('every action of an HTTP handler', async t => {
  const application = await listeningSrf(t, { invite: (_, res) => res.send(486) });
  let answer: unknown;
  const handler = await http(t, res => saying(answer)(res));
  const { harness, peer } = await start(t, [`INVITE=${handler.url}`]);

  answer = {
    action: 'redirect',
    data: { contact: ['sip:a@example.com;transport=tcp', '<sip:b@example.com>;q=0.1'] },
  };
  const moved = await refusedWith(peer, harness, 302);
  t.match(moved.text, /^SIP\/2\.0 302 Moved\r\n/);
  t.same(moved.first('contact'), '<sip:a@example.com;transport=tcp>, <sip:b@example.com>;q=0.1');

  answer = { action: 'route', data: { uri: `127.0.0.1:${application.port};transport=tcp` } };
  await refusedWith(peer, harness, 486);

  answer = { action: 'route', data: { tag: 'sales' } };
  await refusedWith(peer, harness, 480);
  const tagged = await harness.raw();
  await tagged.login(secret, 'support,sales');
  await refusedWith(peer, harness, 480);
  await tagged.ask('route|invite');
  const made = call(peer, harness);
  const { fields } = await tagged.sip('INVITE');
  await tagged.ask(`sip|${fields[8]}||\r\nSIP/2.0 603 Decline\r\n\r\n`);
  made.ackFailure(await peer.response(603, 'INVITE'));

  const callee = await harness.udpPeer();
  answer = { action: 'proxy', data: { destination: `127.0.0.1:${callee.port}`, recordRoute: true } };
  const proxied = call(peer, harness);
  const invite = await callee.request('INVITE');
  t.match(invite.first('record-route'), /;lr/);
  callee.respond(invite, 404, { tag: 'c' });
  proxied.ackFailure(await peer.response(404, 'INVITE'));
  t.equal(harness.server.sizes().exchanges, 0);
});

test('500 when an HTTP handler does not say what is to be done', async t => {
  const answers: [string, (res: ServerResponse) => unknown][] = [
    ['no JSON', res => res.end('{"action":')],
    ['no action', saying({ action: 'sing', data: {} })],
    ['no data', saying({ action: 'reject' })],
    ['a line end', saying({ action: 'reject', data: { status: 486, reason: 'a\r\nX: y' } })],
    ['no status', saying({ action: 'reject', data: { status: 200 } })],
    ['no host and port', saying({ action: 'route', data: { uri: 'nowhere' } })],
    ['an error', res => res.writeHead(404).end()],
    ['a redirection', res => res.writeHead(302, { location: '/other' }).end()],
    [
      'too much',
      res => res.end(JSON.stringify({ action: 'reject', data: { status: 486 }, x: 'x'.repeat(70_000) })),
    ],
    ['nothing', res => res.destroy()],
  ];
  let answer: (res: ServerResponse) => unknown = () => undefined;
  const handler = await http(t, res => answer(res));
  const { harness, peer } = await start(t, [`INVITE=${handler.url}`]);
  for (const [name, one] of answers) {
    answer = one;
    await refusedWith(peer, harness, 500);
    t.pass(name);
  }
  t.equal(handler.asked.length, answers.length, 'each was asked once');
});

test('an HTTP handler has 3 s; a caller who gives up earlier is let go', async t => {
  const waiting: ServerResponse[] = [];
  const handler = await http(t, res => void waiting.push(res));
  const { harness, clock, peer } = await start(t, [`*=${handler.url}`], { maxPending: 1 });
  const late = call(peer, harness);
  await harness.until(() => waiting.length === 1);
  t.equal((await refusedWith(peer, harness, 503)).first('retry-after'), '5', 'as many wait as may');
  clock.pass(2_999);
  t.equal(harness.server.sizes().exchanges, 1);
  clock.pass(1);
  late.ackFailure(await peer.response(500, 'INVITE'));

  const impatient = call(peer, harness);
  await harness.until(() => waiting.length === 2);
  const dropped = once(waiting[1] as ServerResponse, 'close');
  impatient.cancel();
  impatient.ackFailure(await peer.response(487, 'INVITE'));
  await dropped;
  t.equal(harness.server.sizes().exchanges, 0);
});

test('routes serve what no handler is for', async t => {
  const { harness, peer } = await start(t, ['MESSAGE=tcp://127.0.0.1:9']);
  await harness.application({ invite: (_, res) => res.send(486) });
  await refusedWith(peer, harness, 486);
  t.pass();
});

test('what is no handler is refused', async t => {
  for (const text of [
    'INVITE',
    'INVITE=',
    'INVITE=ftp://a:1',
    'INVITE=tcp://a',
    'INVITE=tcp://a:0',
    'INVITE=tcp://a:1/path',
    'INVITE=POST:tcp://a:1',
    'INVITE=http://a/?x=1',
    'IN VITE=http://a',
    '=http://a',
  ])
    t.throws(() => parseRequestHandler(text), /^expected METHOD=URL/, text);
  t.match(parseRequestHandler('invite=tls://[::1]:5'), {
    method: 'INVITE',
    listener: { host: '::1', port: 5, secure: true },
  });
  t.match(parseRequestHandler('*=POST:https://a/b/'), { method: '*', url: 'https://a/b', verb: 'POST' });
});
