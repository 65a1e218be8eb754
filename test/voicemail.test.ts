/** Somebody leaves a message: it is heard again, told of by mail, and deleted in time. */

import { readdirSync } from 'node:fs';
import t from 'tap';
import { inboundCaller } from './support/caller.js';
import { eventually } from './support/eventually.js';
import { companyNumber, flowIs, lastCall, uploadTones } from './support/flows.js';
import { MailBox } from './support/mail-box.js';
import { heardIn } from './support/recording.js';
import { demoPassword, leftOver, nothing, type Stack, startStack } from './support/stack.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

const callerNumber = '+821055501234';
const promptHz = 500;
const voiceHz = 800;
const byeHz = 1500;

interface Voicemail {
  id: string;
  caller: string | null;
  durationMs: number;
  heardAt: string | null;
  heardBy: string | null;
}

/** Somebody of the company at the API. */
async function client({ url, api }: Stack, name: string) {
  const token = await api.signIn(`${name}@demo.example`, demoPassword);
  const ask = (method: string, path: string, body?: object) =>
    fetch(`${url}/api/v1/voicemails${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
  return {
    ask,
    list: async () =>
      (await (await ask('GET', '')).json()) as { voicemails: Voicemail[]; unheard: number; more: boolean },
  };
}

t.test('voicemail', async t => {
  const mailBox = await MailBox.open(t);
  const recordings = t.testdir();
  const stack = await startStack(t, {
    env: {
      RINGBRIDGE_RECORDINGS_DIR: recordings,
      RINGBRIDGE_SMTP_URL: mailBox.url,
      RINGBRIDGE_MAIL_FROM: 'calls@demo.example',
    },
  });
  const { sql } = stack;
  await uploadTones(stack, { 'own-ask': promptHz, 'own-bye': byeHz });
  const flow = (more: string) =>
    flowIs(
      t,
      stack,
      `  start: { voicemail: [own-ask], ${more}next: bye }\n  bye: { hangup: [own-bye] }\n`,
      'start: start\nonFault: bye',
    );
  const [agent, admin] = await Promise.all([client(stack, 'agent1'), client(stack, 'admin')]);
  const caller = await inboundCaller(t, stack, callerNumber);
  /** Called, has heard the tone after the sentence, and speaks, which is recorded. */
  const speaks = async () => {
    const call = await caller.call(companyNumber);
    await call.phone.ear.tone(promptHz);
    await call.phone.ear.soundWithout([promptHz]);
    call.phone.mouth.speak(voiceHz);
    await eventually('it is recorded', () => readdirSync(recordings).length > 0);
    return call;
  };

  await t.test('until #: it is said that it is kept, and whoever is to be told is told by mail', async t => {
    await flow('mailTo: [office@demo.example, boss@demo.example], ');
    const calledAt = performance.now();
    const call = await speaks();
    await new Promise(resolve => setTimeout(resolve, 2_000));
    call.phone.mouth.speak();
    await call.press('#');
    await caller.tape.heard('en', 'voicemail-saved');
    await call.phone.ear.tone(byeHz);
    await call.ended;
    t.match((await lastCall(stack)).path, [{ step: 'start', result: 'recorded', to: 'bye' }, {}]);
    const { voicemails, unheard } = await agent.list();
    t.equal(unheard, 1);
    const [left] = voicemails;
    t.match(left, { caller: callerNumber, number: companyNumber, heardAt: null });
    const calledMs = performance.now() - calledAt;
    t.ok((left?.durationMs ?? 0) > 1_000 && (left?.durationMs ?? 0) < calledMs, `${left?.durationMs} ms`);
    const sound = await agent.ask('GET', `/${left?.id}/sound`);
    t.equal(sound.headers.get('content-type'), 'audio/wav');
    t.ok(heardIn(Buffer.from(await sound.arrayBuffer()), voiceHz) > 1_000, 'his voice is in it');

    const mail = await mailBox.next();
    t.same(mail.to, ['office@demo.example', 'boss@demo.example']);
    t.equal(mail.from, 'calls@demo.example');
    t.match(mail.text, /Subject: Voicemail from \+82 10 5550 1234/);
    t.match(mail.text, /\/desktop\/voicemail/);
    t.notMatch(mail.text, /audio\/wav/, 'the message itself stays here');

    t.equal((await agent.ask('PUT', `/${left?.id}/heard`, { heard: true })).status, 204);
    t.match((await admin.list()).voicemails[0]?.heardBy, /./);
    t.equal((await admin.list()).unheard, 0);
    t.equal((await agent.ask('DELETE', `/${left?.id}`)).status, 403, 'an agent does not delete');
    t.equal((await admin.ask('DELETE', `/${left?.id}`)).status, 204);
    t.equal((await admin.ask('GET', `/${left?.id}/sound`)).status, 404);
    t.same(await leftOver(stack), nothing);
  });

  await t.test('he hangs up while he speaks: what he has said is kept', async t => {
    await flow('');
    const call = await speaks();
    await new Promise(resolve => setTimeout(resolve, 1_500));
    await call.hangUp();
    t.match(await lastCall(stack), { ending: 'hung_up', path: [{ result: 'recorded' }, {}] });
    t.equal((await agent.list()).unheard, 1);
    t.same(await leftOver(stack), nothing);
  });

  await t.test('silence ends it, and who says nothing has left nothing', async t => {
    // A media server that does not notice silence goes on to the longest that a message may be.
    await flow(stack.noticesSilence ? 'silenceSeconds: 3, ' : 'silenceSeconds: 3, maxSeconds: 8, ');
    const call = await speaks();
    await new Promise(resolve => setTimeout(resolve, 1_500));
    call.phone.mouth.speak();
    await call.phone.ear.tone(byeHz);
    await call.ended;
    t.equal((await agent.list()).unheard, 2);
    const silent = await caller.call(companyNumber);
    await silent.phone.ear.tone(byeHz);
    await silent.ended;
    t.match((await lastCall(stack)).path, [{ result: 'nothing_said' }, {}]);
    t.equal((await agent.list()).unheard, 2);
  });

  await t.test('a mail server that is away gets its mail when it is back; nothing is sent twice', async t => {
    await flow('mailTo: [office@demo.example], ');
    await mailBox.away();
    const call = await speaks();
    await new Promise(resolve => setTimeout(resolve, 1_200));
    await call.hangUp();
    await lastCall(stack);
    await eventually('a mail fails', () => exists(sql`select from mails where fault is not null`));
    await mailBox.back();
    await sql`update mails set next_try_at = now() where sent_at is null`;
    await sql`insert into events (tenant_id, type) select id, 'mail_posted' from tenants where slug = 'demo'`;
    t.match(await mailBox.next(), { to: ['office@demo.example'] });
    await eventually('both are sent', () => exists(sql`select from mails having every(sent_at is not null)`));
    t.equal(mailBox.count, 2);
  });

  await t.test('what is older than the company keeps it is deleted', async t => {
    await sql`update voicemails set left_at = now() - interval '91 days' where heard_at is null`;
    await sql`insert into events (tenant_id, type) select id, 'voicemail_left' from tenants where slug = 'demo'`;
    await eventually('it is gone', () => exists(sql`select from voicemails having count(*) = 0`));
    t.match(await agent.list(), { voicemails: [], unheard: 0 });
  });
});

async function exists(rows: Promise<readonly unknown[]>): Promise<boolean> {
  return (await rows).length > 0;
}
