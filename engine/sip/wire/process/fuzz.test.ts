/**
 * Twenty thousand broken messages and control frames, among calls that go on: nothing fails, and when everybody is gone
 * nothing is left. FUZZ_SEED repeats a run, FUZZ_MESSAGES makes a longer one.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { test } from 'tap';
import { frame } from '../../control/framing.js';
import { SipRequest, SipResponse } from '../../message/message.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness, secret } from '../../testing/harness.js';
import { below, mutated, pick, type Random, seeded } from '../../testing/mutator.js';
import { type Peer, peerRequest, sdp, type WsPeer } from '../../testing/peer.js';
import type { RawApplication } from '../../testing/raw-application.js';

const seed = Number(process.env.FUZZ_SEED ?? 20_260_601);
const total = Number(process.env.FUZZ_MESSAGES ?? 20_000);
const batch = 50;

const methods = [
  'invite',
  'register',
  'options',
  'message',
  'info',
  'notify',
  'subscribe',
  'publish',
  'refer',
];
const requests = ['INVITE', 'INVITE', 'ACK', 'BYE', 'CANCEL', 'PRACK', 'UPDATE', ...methods].map(method =>
  method.toUpperCase(),
);
const answers = [
  '100 Trying',
  '180 Ringing',
  '183 Progress',
  '200 OK',
  '200 OK',
  '302 Moved',
  '401 No',
  '486 Busy',
];

/** One run: a server, the application that works, the one that sends rubbish, two kinds of peers. */
class Fuzzer {
  sent = 0;
  /** The most requests that were being forwarded at once. */
  forwarded = 0;
  /** Dialog and transaction ids the application has seen, newest last. */
  readonly #dialogs: string[] = [];
  readonly #transactions: string[] = [];
  constructor(
    private readonly harness: Harness,
    private readonly random: Random,
  ) {}

  /** A request as a peer would send it: few Call-IDs and branches, so that it meets others. */
  #request(peer: Peer): string {
    const { random } = this;
    const number = below(random, 40);
    const method = pick(random, requests);
    const tagged = random() < 0.3 ? `;tag=${pick(random, ['b', 'x'])}` : '';
    return peerRequest(peer, {
      method,
      uri: random() < 0.2 ? 'tel:+82212345678' : this.harness.uri,
      callId: `call-${number}`,
      from: `"A \\" <b>" <sip:a@example.com>;tag=f${number}`,
      to: `<sip:b@example.com>${tagged}`,
      sequence: 1 + below(random, 3),
      branch: `z9hG4bK${number}`,
      headers: [
        ['Contact', `<${peer.contact}>`],
        ['Supported', '100rel, timer'],
        ['Expires', pick(random, ['0', '300'])],
        ['RAck', '1 1 INVITE'],
      ],
      body: method === 'INVITE' ? sdp : '',
    });
  }

  #send(peer: Peer, text: string): void {
    this.sent += 1;
    peer.sendText(mutated(text, this.random));
  }

  /** What a peer does with what it got: answers requests, acknowledges and ends calls. */
  #react(peer: Peer): void {
    const { random } = this;
    for (const message of peer.got.splice(0)) {
      if (message instanceof SipRequest && message.method !== 'ACK') {
        const [status = '', reason = ''] = pick(random, answers).split(' ');
        const reliable = `Require: 100rel\r\nRSeq: ${1 + below(random, 3)}\r\n`;
        const kept = message.fields.filter(({ id }) => /^(?:via|from|call-id|cseq|record-route)$/.test(id));
        const lines = kept.map(({ name, value }) => `${name}: ${value}\r\n`).join('');
        const to = `To: ${message.to}${message.toTag === undefined ? `;tag=${pick(random, ['b', 'c'])}` : ''}\r\n`;
        const contact = `Contact: <${peer.contact}>\r\n${random() < 0.3 ? reliable : ''}`;
        this.#send(peer, `SIP/2.0 ${status} ${reason}\r\n${lines}${to}${contact}Content-Length: 0\r\n\r\n`);
      } else if (
        message instanceof SipResponse &&
        message.cseq?.method === 'INVITE' &&
        message.status > 100
      ) {
        const { callId, from, to } = message;
        const { branch } = message.via ?? {};
        const sequence = message.cseq.number;
        const identity = { uri: this.harness.uri, callId, from, to };
        const next = message.status < 200 ? 'PRACK' : 'ACK';
        const routes = message.all('record-route').map((route): [string, string] => ['Route', route]);
        const rack: [string, string] = ['RAck', `${message.first('rseq') ?? 0} ${sequence} INVITE`];
        const headers = [...routes, rack];
        const follow = { sequence: next === 'ACK' ? sequence : sequence + 1, headers };
        this.#send(
          peer,
          peerRequest(peer, {
            method: next,
            ...identity,
            ...follow,
            branch: next === 'ACK' ? branch : undefined,
          }),
        );
        if (random() < 0.5) {
          const method = pick(random, ['BYE', 'INVITE', 'INFO', 'UPDATE']);
          this.#send(
            peer,
            peerRequest(peer, { method, ...identity, sequence: sequence + 2, headers: routes }),
          );
        }
      }
    }
  }

  /** What the application does: answers, or asks for something of its own. Frames are whole, what is in them is not. */
  #work(application: RawApplication, peers: Peer[]): void {
    const { random } = this;
    for (const { fields } of application.got.splice(0)) {
      if (fields[1] === 'response' && fields[10] !== undefined) this.#transactions.push(fields[10]);
      if (fields[1] !== 'sip') continue;
      if (fields[9]) this.#dialogs.push(fields[9]);
      const reliable = random() < 0.3 ? 'Require: 100rel\r\n' : '';
      if (random() < 0.2) this.#forward(application, fields[8] ?? '', peers);
      else if (random() < 0.7)
        this.#command(application, `${fields[8]}||`, `SIP/2.0 ${pick(random, answers)}`, reliable);
    }
    const transaction = pick(random, [...this.#transactions.splice(-100), 'none']);
    const dialog = pick(random, [...this.#dialogs.splice(-100), 'none']);
    const uri = pick(random, peers).contact;
    if (random() < 0.5) this.#command(application, '||', `INVITE ${uri} SIP/2.0`, 'Supported: 100rel\r\n');
    else if (random() < 0.3) this.#command(application, `${transaction}||`, `CANCEL ${uri} SIP/2.0`);
    else {
      const method = pick(random, ['ACK', 'BYE', 'INFO', 'PRACK', 'INVITE', 'UPDATE']);
      this.#command(application, `|${dialog}|`, `${method} sip:placeholder SIP/2.0`);
    }
  }

  #forward(application: RawApplication, transaction: string, peers: Peer[]): void {
    const { random } = this;
    this.sent += 1;
    const options = [
      pick(random, ['remainInDialog', '']),
      pick(random, ['fullResponse', '']),
      pick(random, ['followRedirects', '']),
      pick(random, ['simultaneous', 'serial']),
      pick(random, ['1s', '500ms', '', 'x']),
      pick(random, ['5s', '']),
      ...Array.from({ length: 1 + below(random, 3) }, () => mutated(pick(random, peers).contact, random)),
    ].map(field => field.replace(/[|\r\n]/g, ''));
    const message = mutated('X-Mine: 1\r\nSubject: x\r\n\r\n', random);
    application.write(
      frame(`m|proxy|${transaction}|${options.join('|')}\r\nINVITE sip:x SIP/2.0\r\n${message}`),
    );
  }

  #command(application: RawApplication, ids: string, startLine: string, headers = ''): void {
    this.sent += 1;
    const message = `${startLine}\r\n${headers}Content-Type: application/sdp\r\nX-Mine: 1\r\n\r\n${sdp}`;
    // A response without a transaction, or a start line that is none, ends the connection: that is for the other one.
    const head = startLine.length + 2;
    application.write(
      frame(`m|sip|${ids}\r\n${message.slice(0, head)}${mutated(message.slice(head), this.random)}`),
    );
  }

  /** Frames that are none, until the server closes. */
  async #rubbish(): Promise<void> {
    const { random } = this;
    const application = await this.harness.raw();
    if (random() < 0.8) await application.login(secret, 'flow-events');
    for (let i = 0; i < 5; i += 1) {
      const payload = pick(random, [
        'm|ping',
        'm|route|invite',
        'm|sip|x||\r\nSIP/2.0 200 OK\r\n\r\n',
        'm|proxy|x',
      ]);
      this.sent += 1;
      application.write(mutated(frame(payload), random));
    }
    application.socket.end();
    await application.closed;
  }

  async run(
    application: RawApplication,
    udp: Peer,
    ws: () => Promise<WsPeer>,
    clock: FakeClock,
  ): Promise<void> {
    const { random } = this;
    let softphone = await ws();
    while (this.sent < total) {
      if (!softphone.open) softphone = await ws();
      for (let i = 0; i < batch; i += 1) {
        const peer = random() < 0.7 ? udp : softphone;
        this.#send(peer, this.#request(peer));
      }
      for (let i = 0; i < 5; i += 1) {
        await turn();
        this.#react(udp);
        this.#react(softphone);
        this.#work(application, [udp, softphone]);
        this.forwarded = Math.max(this.forwarded, this.harness.server.sizes().proxied);
      }
      if (random() < 0.3) await this.#rubbish();
      if (random() < 0.02) softphone.socket.terminate();
      clock.pass(below(random, 8_000));
    }
    softphone.socket.terminate();
  }
}

test(`broken messages leave nothing behind (seed ${seed})`, async t => {
  const faults: string[] = [];
  const log = pino({ level: 'error' }, { write: line => void faults.push(line) });
  const clock = new FakeClock();
  const harness = await Harness.start({}, { clock, log });
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret, 'flow-events');
  for (const method of methods) await application.ask(`route|${method}`);
  const udp = await harness.udpPeer();

  const fuzzer = new Fuzzer(harness, seeded(seed));
  await fuzzer.run(application, udp, () => harness.wsPeer(), clock);
  t.ok(fuzzer.sent >= total, `${fuzzer.sent} sent`);
  t.ok(fuzzer.forwarded > 0, `${fuzzer.forwarded} forwarded at once`);
  t.equal(application.socket.destroyed, false, 'the application that works was never thrown out');

  application.socket.destroy();
  // Connections end in their own time, not in that of the clock.
  await harness.until(() => harness.server.sizes().flows === 0 && harness.server.sizes().routes === 0);
  const nothing = { dialogs: 0, exchanges: 0, invites: 0, transactions: 0, proxied: 0, flows: 0, routes: 0 };
  const empty = () => Object.values(harness.server.sizes()).every(size => size === 0) && clock.running === 0;
  // Longer than any timer, the grace time of the calls and the repetition of what ends them included.
  for (let elapsed = 0; elapsed < 300_000 && !empty(); elapsed += 500) {
    clock.pass(500);
    await turn();
  }
  t.same(harness.server.sizes(), nothing);
  t.equal(clock.running, 0, 'no timer runs');
  t.same(faults, []);
});
