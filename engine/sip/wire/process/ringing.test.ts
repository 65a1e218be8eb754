/** The process is killed while telephones ring for it, or talk over it: the next one sees to it that they stop. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Test, test } from 'tap';
import { eventually } from '../../../../test/support/eventually.js';
import { RingingJournal } from '../../journal/ringing-journal.js';
import type { ListenAddress } from '../../options.js';
import { secret } from '../../testing/harness.js';
import { PeerCall, peerRequest, sdp, UdpPeer } from '../../testing/peer.js';
import { RawApplication } from '../../testing/raw-application.js';

const program = fileURLToPath(new URL('../../main.js', import.meta.url));

const addressOf = (text: string): ListenAddress => {
  const [host = '', port] = text.split(':');
  return { host, port: Number(port) };
};

/** Starts the process again and again, on the same port and with the same notes. */
function runs(t: Test) {
  const folder = mkdtempSync(join(tmpdir(), 'ringing-'));
  const children: ChildProcess[] = [];
  const notes = join(folder, 'notes');
  let udp = '127.0.0.1:0';
  t.teardown(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  const start = async () => {
    const args = ['--control', '127.0.0.1:0', '--udp', udp, '--ringing', notes];
    const env = { ...process.env, RINGBRIDGE_SIP_SECRET: secret };
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    const [line] = await once(child.stdout!, 'data');
    const ready = JSON.parse(String(line)) as { control: string; udp: [string] };
    udp = ready.udp[0];
    const application = await RawApplication.open(addressOf(ready.control));
    await application.login(secret);
    return { application, sip: addressOf(udp), child };
  };
  const kill = async ({ child }: { child: ChildProcess }) => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  /** What is noted and has not ended. */
  const left = () => new RingingJournal(notes, { failed: error => t.fail(error.message) }).left.size;
  /** Resolves when an end is noted. Only reads: to open the notes is to begin them anew. */
  const struckOut = async () => {
    await eventually('an end is noted', () => readFileSync(notes, 'latin1').includes('"ended"'));
  };
  return { start, kill, left, struckOut };
}

/** A telephone that is called, and where its INVITE has come to. */
async function called(t: Test, { application, sip }: { application: RawApplication; sip: ListenAddress }) {
  const phone = await UdpPeer.open(sip);
  t.teardown(() => phone.close());
  const invite = [`INVITE sip:b@127.0.0.1:${phone.port} SIP/2.0`, 'Content-Type: application/sdp', '', sdp];
  const [result] = await application.ask(`sip|||\r\n${invite.join('\r\n')}`);
  t.equal(result, 'OK');
  return { phone, invite: await phone.request('INVITE') };
}

test('what rings when the process is killed is cancelled by the next one', async t => {
  const { start, kill, left, struckOut } = runs(t);
  const first = await start();
  const { phone, invite } = await called(t, first);
  phone.respond(invite, 180, { tag: 'b' });
  await first.application.sip('SIP/2.0 180');
  await kill(first);

  const second = await start();
  const cancel = await phone.request('CANCEL');
  t.equal(cancel.via?.branch, invite.via?.branch, 'RFC 3261 9.1: the branch of the INVITE');
  t.same(
    [cancel.uri, cancel.callId, cancel.from, cancel.to, cancel.cseq?.number],
    [invite.uri, invite.callId, invite.from, invite.to, invite.cseq?.number],
  );
  phone.respond(cancel, 200);
  phone.respond(invite, 487, { tag: 'b' });
  const ack = await phone.request('ACK');
  t.equal(ack.via?.branch, invite.via?.branch);

  // The ACK may be here before its sender has come to the next line.
  await struckOut();
  await kill(second);
  t.equal(left(), 0, 'it is done with');
});

test('what is answered before it is cancelled is hung up', async t => {
  const { start, kill } = runs(t);
  const first = await start();
  const { phone, invite } = await called(t, first);
  phone.respond(invite, 180, { tag: 'b' });
  await first.application.sip('SIP/2.0 180');
  await kill(first);

  await start();
  const cancel = await phone.request('CANCEL');
  phone.respond(invite, 200, { tag: 'b', body: sdp });
  phone.respond(cancel, 481);
  await phone.request('ACK');
  const bye = await phone.request('BYE');
  t.equal(bye.callId, invite.callId);
  phone.respond(bye, 200);
  phone.respond(invite, 200, { tag: 'b', body: sdp });
  await phone.request('ACK');
  // With another branch: one and the same BYE is repeated until its answer has come.
  const hungUpAgain = phone.got.filter(
    ({ cseq, via }) => cseq?.method === 'BYE' && via?.branch !== bye.via?.branch,
  );
  t.same(hungUpAgain, [], 'an answer that is repeated is acknowledged, and hung up once');
});

test('what was refused before the kill is left alone', async t => {
  const { start, kill, left } = runs(t);
  const first = await start();
  const refused = await called(t, first);
  refused.phone.respond(refused.invite, 180, { tag: 'b' });
  refused.phone.respond(refused.invite, 486, { tag: 'b' });
  await first.application.sip('SIP/2.0 486');
  await refused.phone.request('ACK');
  await kill(first);
  t.equal(left(), 0);
});

test('who talks when the process is killed is hung up by the next one', async t => {
  const { start, kill, left, struckOut } = runs(t);
  const first = await start();
  const { phone, invite } = await called(t, first);
  phone.respond(invite, 200, { tag: 'b', body: sdp });
  await first.application.sip('SIP/2.0 200');
  await kill(first);
  t.equal(left(), 1);

  const second = await start();
  const bye = await phone.request('BYE');
  t.same([bye.callId, bye.from], [invite.callId, invite.from]);
  t.equal(bye.toTag, 'b');
  t.ok((bye.cseq?.number ?? 0) > (invite.cseq?.number ?? 0), 'RFC 3261 12.2.1.1: it comes after the INVITE');
  phone.respond(bye, 200);
  await struckOut();
  await kill(second);
  t.equal(left(), 0, 'it is done with');
});

test('who has called and talks when the process is killed is hung up, too', async t => {
  const { start, kill } = runs(t);
  const first = await start();
  const phone = await UdpPeer.open(first.sip);
  t.teardown(() => phone.close());
  await first.application.ask('route|invite');
  const call = new PeerCall(phone, 'sip:us@example.com');
  call.invite();
  const { fields } = await first.application.sip('INVITE ');
  const answer = `SIP/2.0 200 OK\r\nContent-Type: application/sdp\r\n\r\n${sdp}`;
  await first.application.ask(`sip|${fields[8]}||\r\n${answer}`);
  const { toTag } = await phone.response(200, 'INVITE');
  await kill(first);

  await start();
  const bye = await phone.request('BYE');
  t.same([bye.callId, bye.fromTag, bye.to], [call.callId, toTag, call.from]);
  phone.respond(bye, 200);
});

test('who has hung up before the kill is left alone', async t => {
  const { start, kill, left } = runs(t);
  const first = await start();
  const { phone, invite } = await called(t, first);
  phone.respond(invite, 200, { tag: 'b', body: sdp });
  await first.application.sip('SIP/2.0 200');
  phone.sendText(
    peerRequest(phone, {
      ...{
        method: 'BYE',
        uri: /<([^>]+)>/.exec(invite.first('contact') ?? '')?.[1] ?? '',
        callId: invite.callId,
      },
      ...{ from: `${invite.to};tag=b`, to: invite.from, sequence: 1 },
    }),
  );
  await first.application.sip('BYE ');
  await kill(first);
  t.equal(left(), 0);
});
