/** An unmodified drachtio-srf application is killed under its calls, started again, and goes on with them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Test, test } from 'tap';
import type { SipRequest } from '../../message/message.js';
import { Harness, secret } from '../../testing/harness.js';
import { PeerCall, peerRequest, sdp } from '../../testing/peer.js';

const program = fileURLToPath(new URL('../../testing/resuming-application.js', import.meta.url));
const otherSdp = sdp.replace('audio 40000', 'audio 40002');

/** The application as a process, and what it says. */
class Child {
  readonly #said: Record<string, unknown>[] = [];
  private constructor(readonly process: ChildProcess) {
    process.on('message', event => this.#said.push(event as Record<string, unknown>));
  }

  static start(harness: Harness): Child {
    const { port } = harness.server.control;
    const env = { ...process.env, CONTROL_PORT: String(port), CONTROL_SECRET: secret, SDP: sdp };
    return new Child(fork(program, [], { env }));
  }

  /** The next thing of that kind it says. */
  async says(kind: string): Promise<Record<string, unknown>> {
    for (;;) {
      const index = this.#said.findIndex(event => kind in event);
      if (index >= 0) return this.#said.splice(index, 1)[0] as Record<string, unknown>;
      await once(this.process, 'message');
    }
  }

  do(order: object): void {
    this.process.send(order);
  }

  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
  }
}

/** A server, and what starts the application on it. */
async function bed(t: Test) {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const children: Child[] = [];
  t.teardown(() => Promise.all(children.map(child => child.kill())));
  const start = async () => {
    const child = Child.start(harness);
    children.push(child);
    await child.says('ready');
    return child;
  };
  return { harness, start };
}

test('killed, started again, and the calls go on', async t => {
  const { harness, start } = await bed(t);
  const first = await start();
  const peer = await harness.udpPeer();
  const callers = [0, 1, 2].map(() => new PeerCall(peer, harness.uri));
  const [hungUp, modified, bye] = callers as [PeerCall, PeerCall, PeerCall];
  for (const call of callers) {
    call.invite();
    call.ack(await peer.response(200, 'INVITE'));
    await first.says('taken');
  }
  first.do({ call: `sip:b@127.0.0.1:${peer.port}` });
  const invite = await peer.request('INVITE');
  peer.respond(invite, 200, { tag: 'b', body: sdp });
  await peer.request('ACK');
  await first.says('placed');

  await first.kill();
  await harness.until(() => harness.server.sizes().routes === 0);
  t.equal(harness.server.sizes().dialogs, 4);
  bye.send('BYE');
  await harness.until(() => harness.server.sizes().exchanges === 1);

  const second = await start();
  const adopted = new Set<unknown>();
  for (let i = 0; i < 4; i += 1) adopted.add((await second.says('adopted')).adopted);
  t.same(adopted, new Set([...callers.map(({ callId }) => callId), invite.callId]));

  t.match(await second.says('ended'), { ended: bye.callId, reason: 'normal release' }, 'the BYE that waited');
  await peer.response(200, 'BYE');

  second.do({ hangUp: hungUp.callId });
  const ours = await peer.request('BYE');
  t.equal(ours.callId, hungUp.callId);
  peer.respond(ours, 200);
  await second.says('hungUp');

  second.do({ modify: modified.callId, sdp: otherSdp });
  const reinvite = await peer.request('INVITE');
  t.equal(reinvite.callId, modified.callId);
  t.equal(reinvite.body, otherSdp);
  t.equal(`${reinvite.first('from')} ${reinvite.first('to')}`, `${modified.to} ${modified.from}`);
  peer.respond(reinvite, 200, { body: sdp });
  await peer.request('ACK');
  t.equal((await second.says('answered')).answer, sdp);
  modified.sequence += 1;
  peer.sendText(modified.text('INVITE', { headers: [['Contact', `<${peer.contact}>`]], body: otherSdp }));
  modified.ack(await peer.response(200, 'INVITE'));
  t.match(await second.says('modified'), { modified: modified.callId, body: otherSdp });

  const identity = { callId: invite.callId, from: `${invite.to};tag=b`, to: invite.from, sequence: 1 };
  peer.sendText(peerRequest(peer, { method: 'BYE', uri: harness.uri, ...identity }));
  await peer.response(200, 'BYE');
  t.match(await second.says('ended'), { ended: invite.callId }, 'a call that the old one had placed');

  second.do({ hangUp: modified.callId });
  peer.respond(await peer.request('BYE'), 200);
  await second.says('hungUp');
  t.match(harness.server.sizes(), { dialogs: 0, exchanges: 0 });
});

test('killed while its calls ring: they ring on, are answered, refused and cancelled', async t => {
  const { harness, start } = await bed(t);
  const first = await start();
  const peer = await harness.udpPeer();
  const uri = `sip:b@127.0.0.1:${peer.port}`;
  const invites: SipRequest[] = [];
  for (let i = 0; i < 3; i += 1) {
    first.do({ call: uri });
    const invite = await peer.request('INVITE');
    peer.respond(invite, 180, { tag: `b${i}` });
    invites.push(invite);
  }
  const [answered, refused, cancelled] = invites as [SipRequest, SipRequest, SipRequest];
  await first.kill();
  await harness.until(() => harness.server.sizes().routes === 0);

  const second = await start();
  for (const _ of invites) await second.says('ringsOn');
  peer.respond(answered, 183, { tag: 'b0', body: otherSdp });
  t.match(await second.says('progress'), { status: 183 });
  peer.respond(answered, 200, { tag: 'b0', body: otherSdp });
  t.equal((await peer.request('ACK')).callId, answered.callId);
  t.match(await second.says('placed'), { placed: answered.callId });
  second.do({ hangUp: answered.callId });
  const bye = await peer.request('BYE');
  t.equal(bye.toTag, 'b0');
  peer.respond(bye, 200);
  await second.says('hungUp');

  peer.respond(refused, 486, { tag: 'b1' });
  await peer.request('ACK');
  t.match(await second.says('failed'), { failed: refused.callId, status: 486 });

  second.do({ cancel: cancelled.callId });
  const cancel = await peer.request('CANCEL');
  t.equal(cancel.callId, cancelled.callId);
  peer.respond(cancel, 200);
  peer.respond(cancelled, 487, { tag: 'b2' });
  await peer.request('ACK');
  t.match(await second.says('failed'), { failed: cancelled.callId, status: 487 });
  t.match(harness.server.sizes(), { dialogs: 0, exchanges: 0, invites: 0 });
});
