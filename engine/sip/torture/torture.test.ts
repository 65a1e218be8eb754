/**
 * Each message of RFC 4475 and RFC 5118 over the wire, its outcome by table.ts, and that it leaves nothing behind: the
 * next call goes through, and no state is left. `RINGBRIDGE_TEST_DRACHTIO=host:port:secret:udpPort:wsPort` names a
 * drachtio-server to hold against the table's last column as well.
 */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { test } from 'tap';
import { namedDrachtio } from '../../../test/support/sip-servers.js';
import { defaultMessageLimits } from '../message/limits.js';
import { SipRequest, type SipResponse } from '../message/message.js';
import { parseMessage } from '../message/parser.js';
import { viaCount } from '../message/via.js';
import { FakeClock } from '../testing/fake-clock.js';
import { Harness, secret } from '../testing/harness.js';
import { type Peer, UdpPeer } from '../testing/peer.js';
import { RawApplication } from '../testing/raw-application.js';
import { StreamPeer } from '../testing/stream-peer.js';
import { answering, comparable, methodOf, methods, Trial, withRport } from '../testing/trial.js';
import { messageOf, vectors } from './table.js';

const requests = vectors.filter(({ name }) => !messageOf(name).startsWith('SIP/'));
const responses = vectors.filter(({ name }) => messageOf(name).startsWith('SIP/'));

test('the table has every message, and each is as the RFC has it', t => {
  t.equal(vectors.filter(({ rfc }) => rfc === 4475).length, 49);
  t.equal(vectors.filter(({ rfc }) => rfc === 5118).length, 12);
  const files = readdirSync(new URL('./messages', import.meta.url)).sort();
  t.same(files, vectors.map(({ name }) => `${name}.sip`).sort());
  const hash = createHash('sha256');
  for (const file of files) hash.update(messageOf(file.slice(0, -4)), 'latin1');
  // A check-out that changes line ends, or a well-meant edit, is noticed here.
  t.equal(hash.digest('hex'), '0a09126abf3024fdedbdfbdc3ae999f5c46108468e04b50e42150b1bacdeb7db');
  t.end();
});

interface Teardown {
  teardown(step: () => unknown): unknown;
}

/** A server in this process, with an application that has a route for every method. */
async function start(t: Teardown) {
  const clock = new FakeClock();
  const harness = await Harness.start({ tcp: [{ host: '127.0.0.1', port: 0 }] }, { clock });
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  for (const method of methods) await application.ask(`route|${method.toLowerCase()}`);
  const server = `127.0.0.1:${harness.server.udp[0]?.port}`;
  const idle = clock.running;
  /** What is left of transactions, dialogs and timers when all their time is over. */
  const settled = () => {
    const left = () =>
      Object.entries({ ...harness.server.sizes(), flows: 0, routes: 0, timers: clock.running - idle }).filter(
        ([, size]) => size !== 0,
      );
    for (let elapsed = 0; elapsed < 300_000 && left().length > 0; elapsed += 1_000) clock.pass(1_000);
    return left();
  };
  return { clock, harness, application, server, settled };
}

async function tcpPeer(harness: Harness): Promise<StreamPeer> {
  const [server] = harness.server.tcp;
  if (server === undefined) throw new Error('the server has no TCP');
  return harness.keep(await StreamPeer.open('tcp', server));
}

/** How a message goes out over a transport: octet by octet, or with the rport without which a datagram's answer is lost. */
const transports: {
  name: string;
  open: (harness: Harness) => Promise<Peer>;
  form: (text: string) => string;
}[] = [
  { name: 'UDP', open: harness => harness.udpPeer(), form: withRport },
  { name: 'WebSocket', open: harness => harness.wsPeer(), form: text => text },
];

/** wsinv without the tag that makes it a request within a dialog. */
const untagged = (text: string): string => text.replace(/ ; {3}tag {4}= 1918181833n/, '');

for (const { name, open, form } of transports) {
  test(`requests over ${name}`, async t => {
    const { harness, application, server, settled } = await start(t);
    const trial = new Trial(application, await open(harness), server);
    const newWsinv = { name: 'wsinv', section: '3.1.1.1 without a tag', outcome: 'delivered' };
    for (const { name, section, outcome } of [...requests, newWsinv]) {
      const text = form(messageOf(name));
      const sent = section === newWsinv.section ? untagged(text) : text;
      const seen = await trial.observe(sent);
      t.equal(seen.outcome, outcome, `${section} ${name}`);
      if (seen.frame !== undefined) {
        const { sent: whole, got } = comparable(sent, seen.frame.text);
        t.same(got, whole, `${name} is delivered as it came`);
        await answered(t, trial, sent, seen.frame.fields);
      } else if (seen.response !== undefined) echoes(t, sent, seen.response);
      await trial.call();
      t.same(settled(), [], `${name} leaves nothing behind`);
    }
  });
}

/** The application answers, the peer hears it and acknowledges. */
async function answered(t: Tap, trial: Trial, sent: string, fields: string[]): Promise<void> {
  const method = methodOf(sent);
  const status = method === 'INVITE' ? 486 : 200;
  await trial.answer(fields, `${status} Answered`);
  const response = await trial.peer.answer(status);
  echoes(t, sent, response);
  if (method === 'INVITE') trial.acknowledge(sent, response);
}

interface Tap {
  equal(found: unknown, wanted: unknown, name: string): unknown;
  ok(value: unknown, name: string): unknown;
}

/** A response has what its request had (RFC 3261 section 8.2.6.2). */
function echoes(t: Tap, sent: string, response: SipResponse): void {
  const request = parseMessage(sent, defaultMessageLimits);
  if (!(request instanceof SipRequest)) throw new Error('no request');
  for (const id of ['from', 'call-id', 'cseq'])
    t.equal(response.first(id), request.first(id), `${response.status} has the ${id}`);
  t.ok(response.to.startsWith(request.to), 'and the To');
  t.equal(viaCount(response.all('via')), viaCount(request.all('via')), 'and each Via');
}

/** On a stream Content-Length says where the next message begins, so that another outcome is right. */
const otherOnStreams = new Set(['clerr', 'ncl', 'mcl01', 'inv2543', 'dblreq']);

test('requests over TCP', async t => {
  const { harness, application, server, settled } = await start(t);
  const trial = new Trial(application, await tcpPeer(harness), server);
  for (const { name, section, outcome } of requests) {
    if (otherOnStreams.has(name)) continue;
    const sent = messageOf(name);
    const { outcome: found, frame, response } = await trial.observe(sent);
    t.equal(found, outcome, `${section} ${name}`);
    if (frame !== undefined) await answered(t, trial, sent, frame.fields);
    else if (response !== undefined) echoes(t, sent, response);
    t.same(settled(), [], `${name} leaves nothing behind`);
  }
  await trial.call();
});

test('where one message ends and the next begins on a stream', async t => {
  const { harness, application, settled } = await start(t);
  for (const name of ['ncl', 'mcl01', 'inv2543']) {
    const peer = await tcpPeer(harness);
    peer.sendText(messageOf(name));
    await peer.answer(400);
    await peer.gone();
    t.pass(`${name} is refused and ends the connection`);
  }
  const twice = await tcpPeer(harness);
  twice.sendText(messageOf('dblreq'));
  await application.sip('REGISTER sip:example.com ');
  t.match(
    await application.sip('INVITE sip:joe@example.com '),
    { text: /m =video/ },
    'dblreq is two requests',
  );
  const cut = await tcpPeer(harness);
  cut.sendText(messageOf('clerr'));
  await twice.close();
  await cut.close();
  t.equal(application.got.filter(({ text }) => text.startsWith('INVITE')).length, 0, 'clerr never ends');
  t.same(settled(), []);
});

test('responses', async t => {
  const { clock, harness, application, server, settled } = await start(t);
  const peer = await harness.udpPeer();
  const trial = new Trial(application, peer, server);
  for (const { name, section, outcome } of responses) {
    const text = messageOf(name);
    t.equal((await trial.observe(text)).outcome, 'ignored', `${name} that answers nothing`);
    const method = name === 'scalarlg' ? 'OPTIONS' : 'INVITE';
    const request = await trial.requested(method, peer.contact);
    peer.sendText(answering(text, request, peer.contact, name === 'scalarlg' ? ['cseq'] : []));
    if (name === 'unreason') {
      const { fields, text: got } = await application.sip('SIP/2.0 200 = 2**3 * 5**2 ');
      t.equal(got.slice(0, got.indexOf('\r\n')), text.slice(0, text.indexOf('\r\n')), `${section} ${name}`);
      t.equal(got.slice(-154), text.slice(-154), 'its body too');
      for (const next of ['ACK', 'BYE']) {
        await application.ask(`sip||${fields[9]}|\r\n${next} sip:placeholder SIP/2.0\r\n\r\n`);
        const got = await peer.request(next);
        if (next === 'BYE') peer.respond(got, 200);
      }
      await application.sip('SIP/2.0 200 OK');
    } else {
      await trial.probe();
      clock.pass(1_000);
      await trial.probe();
      const repeated = peer.got
        .splice(0)
        .some(message => message instanceof SipRequest && message.callId === request.callId);
      t.equal(repeated, outcome === 'ignored', `${section} ${name}`);
      peer.respond(request, 486);
      t.match(await application.sip('SIP/2.0 '), { text: /^SIP\/2\.0 486 / }, `${name} came before, unheard`);
    }
    await trial.call();
    t.same(settled(), [], `${name} leaves nothing behind`);
  }
});

/** The messages of RFC 5118 share a Call-ID and a branch: where time cannot be made to pass, one would repeat another. */
const distinct = (text: string, name: string): string =>
  text.replace('3997077@', `$&${name}.`).replace('z9hG4bKas3', `$&${name}`);

const named = namedDrachtio();
if (named) {
  test('what drachtio-server does with the requests', async t => {
    const { control, udpPort } = named;
    const { host } = control;
    const application = await RawApplication.open(control);
    t.teardown(() => application.socket.destroy());
    await application.login(control.secret);
    for (const method of methods) await application.ask(`route|${method.toLowerCase()}`);
    const peer = await UdpPeer.open({ host, port: udpPort });
    t.teardown(() => peer.close());
    const trial = new Trial(application, peer, `${host}:${udpPort}`);
    for (const { name, section, outcome, drachtio = outcome } of requests) {
      const sent = withRport(distinct(messageOf(name), name));
      const { outcome: found, frame } = await trial.observe(sent);
      t.equal(found, drachtio, `${section} ${name}`);
      if (frame !== undefined)
        await trial.answer(frame.fields, methodOf(sent) === 'INVITE' ? '486 No' : '200 OK');
      peer.got.length = 0;
    }
  });
}
