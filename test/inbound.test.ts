import { once } from 'node:events';
import t from 'tap';
import type { LateOffer } from '../engine/phone-network/testing/caller.js';
import { accounts, firstNumber, startRegistrarCarrier } from './interop/kamailio/registrar.js';
import { inboundCaller } from './support/caller.js';
import { eventually } from './support/eventually.js';
import { companyNumber, flowIs, lastCall, uploadTones } from './support/flows.js';
import { Phone } from './support/phone.js';
import { sipp } from './support/sipp.js';
import { leftOver, nothing, startStack, trunkPassword } from './support/stack.js';
import { signIn } from './support/talk.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

const hz = { hello: 500, menu: 700, open: 900, closed: 1100, holiday: 1300, bye: 1500 };
const tones = Object.fromEntries(Object.entries(hz).map(([name, frequency]) => [`own-${name}`, frequency]));
const bye = '  bye: { hangup: [own-bye] }\n';
/** As it rings in Korea. */
const ringback = [440, 480];
const callerNumber = '+821055501234';

t.test('a call comes in', async t => {
  const carrier = await startRegistrarCarrier(t, trunkPassword);
  const stack = await startStack(t, { carrier: { port: carrier.port, account: accounts.first } });
  const { sql } = stack;
  await uploadTones(stack, tones);
  const caller = await inboundCaller(t, stack, callerNumber);
  const trail = (path: { step: string; result: string }[]) =>
    path.map(({ step, result }) => `${step} ${result}`);

  await t.test('greeting, menu by RFC 4733, and the end', async t => {
    await flowIs(
      t,
      stack,
      `  start: { play: [own-hello], heardOut: true, next: menu }
  menu: { menu: [own-menu], choices: { '1': open, '2': bye }, otherwise: bye }
  open: { hangup: [own-open] }
${bye}`,
    );
    const call = await caller.call(companyNumber);
    await call.phone.ear.tone(hz.hello);
    await call.phone.ear.tone(hz.menu);
    await call.press('1');
    await call.phone.ear.tone(hz.open);
    await call.ended;
    const { ending, path } = await lastCall(stack);
    t.equal(ending, 'completed');
    t.same(trail(path), ['start done', 'menu chosen', 'open done']);
    t.same(await leftOver(stack), nothing);
  });

  await t.test('over a carrier that we register with', async t => {
    await flowIs(t, stack, '  start: { hangup: [own-open] }\n', 'start: start\nonFault: start');
    await carrier.contactOf(accounts.first);
    const throughCarrier = await inboundCaller(t, { sipUdpPort: carrier.port }, callerNumber);
    const call = await throughCarrier.call(firstNumber);
    await call.phone.ear.tone(hz.open);
    await call.ended;
    t.match(await lastCall(stack), { ending: 'completed' });
    t.match(await sql`select trunk, number, caller from inbound_calls order by started_at desc limit 1`, [
      { trunk: 'carrier', number: companyNumber, caller: callerNumber },
    ]);
    t.same(await leftOver(stack), nothing);
  });

  await t.test('nothing pressed, then a wrong key, then the way for that', async t => {
    await flowIs(
      t,
      stack,
      `  start: { menu: [own-menu], choices: { '1': bye }, firstDigitSeconds: 4, retries: 1, invalid: [own-closed], silent: [own-hello], otherwise: open }
  open: { hangup: [own-open] }
${bye}`,
    );
    const call = await caller.call(companyNumber);
    await call.phone.ear.tone(hz.menu);
    await call.phone.ear.tone(hz.hello);
    await call.phone.ear.tone(hz.menu);
    await call.press('7');
    await call.phone.ear.tone(hz.open);
    await call.ended;
    t.same(trail((await lastCall(stack)).path), ['start silent', 'start invalid', 'open done']);
  });

  await t.test('who knows the menu does not wait for it; a number of several digits', async t => {
    await flowIs(
      t,
      stack,
      `  start: { play: [own-hello], next: menu }
  menu: { menu: [own-menu], choices: { '1': more }, otherwise: bye }
  more: { menu: [own-menu], choices: { '12': open, '1': bye }, interDigitSeconds: 10, otherwise: bye }
  open: { hangup: [own-open] }
${bye}`,
    );
    const call = await caller.call(companyNumber);
    await call.press('112');
    await call.phone.ear.tone(hz.open);
    await call.ended;
    t.same(trail((await lastCall(stack)).path), ['start done', 'menu chosen', 'more chosen', 'open done']);
  });

  await t.test('open, closed, holiday', async t => {
    await flowIs(
      t,
      stack,
      `  start: { hours: office, open: open, closed: closed, holiday: holiday }
  open: { hangup: [own-open] }
  closed: { hangup: [own-closed] }
  holiday: { hangup: [own-holiday] }
`,
      'start: start\nonFault: closed',
    );
    const heard = async (frequency: number) => {
      const call = await caller.call(companyNumber);
      await call.phone.ear.tone(frequency);
      await call.ended;
    };
    const always = { mon: ['00:00-24:00'], tue: ['00:00-24:00'], wed: ['00:00-24:00'], thu: ['00:00-24:00'] };
    const week = { ...always, fri: ['00:00-24:00'], sat: ['00:00-24:00'], sun: ['00:00-24:00'] };
    await sql`update opening_hours set weekly = ${sql.json(week)}, public_holidays = null`;
    await heard(hz.open);
    await sql`update opening_hours set weekly = '{}'`;
    await heard(hz.closed);
    await sql`update opening_hours set weekly = ${sql.json(week)}`;
    await sql`
      insert into holidays (tenant_id, day, name)
      select tenant_id, (now() at time zone time_zone)::date + day, '{"en": "Anniversary"}'
      from opening_hours, generate_series(0, 1) as day`;
    await heard(hz.holiday);
    await sql`delete from holidays`;
  });

  await t.test('a call keeps the version it began with', async t => {
    const steps = (clip: string) =>
      `  start: { menu: [own-menu], choices: { '1': end }, otherwise: end }\n  end: { hangup: [${clip}] }\n`;
    await flowIs(t, stack, steps('own-open'), 'start: start\nonFault: end');
    const call = await caller.call(companyNumber);
    await call.phone.ear.tone(hz.menu);
    await flowIs(t, stack, steps('own-closed'), 'start: start\nonFault: end');
    await call.press('1');
    await call.phone.ear.tone(hz.open);
    await call.ended;
    const next = await caller.call(companyNumber);
    await next.press('1');
    await next.phone.ear.tone(hz.closed);
    await next.ended;
  });

  await t.test('queue → agent, who hears him and is heard; the desktop shows the call', async t => {
    const agent = await signIn(t, stack, 'agent1', 'ready');
    await flowIs(
      t,
      stack,
      `  start: { menu: [own-menu], choices: { '2': wait }, otherwise: bye }
  wait: { queue: sales, otherwise: bye }
${bye}`,
    );
    const call = await caller.call(companyNumber);
    await call.press('2');
    const invite = await agent.ring();
    await agent.until(desk => desk.current?.state === 'offered', 'the offer');
    t.match(agent.desk?.current, {
      channel: 'call',
      customer: { phone: callerNumber },
      inbound: { number: companyNumber, choices: [{ step: 'start', keys: '2', to: 'wait' }] },
    });
    const browser = await agent.accept(t, invite);
    browser.mouth.speak(600);
    call.phone.mouth.speak(800);
    await Promise.all([call.phone.ear.tone(600), browser.listener.ear.tone(800)]);
    await call.hangUp();
    await agent.hungUp();
    await agent.until(desk => desk.me.state === 'wrap_up', 'the wrap-up');
    const [row] = await sql<
      { id: string }[]
    >`select id, outcome from interactions where channel = 'call' order by requested_at desc limit 1`;
    await agent.step('wrap-up', row!.id);
    t.match(row, { outcome: 'completed' });
    t.match(await lastCall(stack), { ending: 'served' });
    t.same(await leftOver(stack), nothing);
  });

  await t.test('an agent in particular: he is asked, and nobody else', async t => {
    const [wanted, other] = [
      await signIn(t, stack, 'agent2', 'ready'),
      await signIn(t, stack, 'agent1', 'ready'),
    ];
    await flowIs(
      t,
      stack,
      `  start: { agent: agent2@demo.example, queue: sales, maxWaitSeconds: 60, otherwise: bye }\n${bye}`,
    );
    const call = await caller.call(companyNumber);
    const browser = await wanted.accept(t, await wanted.ring());
    t.equal(other.desk?.current, null, 'the other is not asked');
    browser.mouth.speak(600);
    await call.phone.ear.tone(600);
    await wanted.step('hangup', wanted.desk?.current?.id ?? '');
    await Promise.all([wanted.hungUp(), call.ended]);
    await wanted.until(desk => desk.me.state === 'wrap_up', 'the wrap-up');
    await wanted.step('wrap-up', wanted.desk?.current?.id ?? '');
    t.match(await lastCall(stack), { ending: 'served' });
    t.same(await leftOver(stack), nothing);
  });

  await t.test('a number outside: it rings, they talk; it is busy, and the flow goes on', async t => {
    const phone = await Phone.open(t, stack);
    phone.answers = false;
    await flowIs(
      t,
      stack,
      `  start: { external: '+82212345678', ringSeconds: 60, otherwise: open }\n  open: { hangup: [own-open] }\n`,
      'start: start\nonFault: open',
    );
    const call = await caller.call(companyNumber);
    await phone.until('ringing', 1);
    await call.phone.ear.tones(ringback);
    phone.pickUp();
    phone.audio.mouth.speak(600);
    call.phone.mouth.speak(800);
    await Promise.all([call.phone.ear.tone(600), phone.audio.ear.tone(800)]);
    t.match(phone.lastInvite?.from, companyNumber, 'as the number that was dialled');
    phone.hangUp();
    await call.ended;
    t.match(await lastCall(stack), { ending: 'talked' });

    const waiting = await caller.call(companyNumber);
    await phone.until('ringing', 1);
    await waiting.hangUp();
    await phone.until('ringing', 0);
    t.match(await lastCall(stack), { ending: 'hung_up' });

    phone.decline(486);
    const busy = await caller.call(companyNumber);
    await busy.phone.ear.tone(hz.open);
    await busy.ended;
    t.match((await lastCall(stack)).path, [{ step: 'start', result: 'busy', to: 'open' }, {}]);
    t.same(await leftOver(stack), nothing);
  });

  await t.test('an INVITE without an offer gets ours, and the ACK brings the answer', async t => {
    await flowIs(t, stack, '  bye: { hangup: [own-bye] }\n', 'start: bye\nonFault: bye');
    const { answered } = caller.attempt(companyNumber, { offer: false });
    const late = (await answered) as unknown as LateOffer;
    caller.phone.connect(late.sdp).mouth.wake();
    const dialog = await late.ack(caller.phone.sdp());
    await caller.phone.ear.tone(hz.bye);
    await once(dialog, 'destroy');
    t.match(await lastCall(stack), { ending: 'completed' });
  });

  await t.test('who cancels before he is answered leaves nothing', async t => {
    for (let round = 0; round < 5; round++) {
      const attempt = caller.attempt(companyNumber);
      const cancel = await eventually('the call can be cancelled', () => attempt.cancel);
      cancel();
      await attempt.answered.then(
        dialog => dialog.destroy(),
        () => undefined,
      );
    }
    t.same(await leftOver(stack), nothing);
    const over = async () =>
      (
        await sql`select from inbound_calls where ended_at is null
        union all select from trunk_channels`
      ).length === 0;
    await eventually('the calls are over', over);
  });

  await t.test('he hangs up in each step: nothing is left, and a queue has lost him', async t => {
    const hangsUp = async (steps: string, untilHeard: number | undefined, ending: object) => {
      await flowIs(t, stack, steps + bye);
      const call = await caller.call(companyNumber);
      if (untilHeard) await call.phone.ear.tone(untilHeard);
      else await call.phone.ear.soundWithout([hz.menu]);
      await call.hangUp();
      t.match(await lastCall(stack), { ending: 'hung_up', ...ending });
      t.same(await leftOver(stack), nothing);
    };
    await hangsUp('  start: { play: [own-hello, own-hello, own-hello], next: bye }\n', hz.hello, {});
    await hangsUp("  start: { menu: [own-menu], choices: { '1': bye }, otherwise: bye }\n", hz.menu, {});
    await hangsUp('  start: { queue: sales, otherwise: bye }\n', undefined, {
      path: [{ step: 'start', result: 'hung_up' }],
    });
    // The call's end and the place in the queue are written by two who hear of it at the same moment.
    await eventually('the queue has lost him', async () => {
      const [last] = await sql<{ outcome: string | null }[]>`
        select outcome from interactions where channel = 'call' order by requested_at desc limit 1`;
      return last?.outcome === 'abandoned';
    });
    await flowIs(t, stack, bye.replace('bye:', 'start:'), 'start: start\nonFault: start');
    const call = await caller.call(companyNumber);
    await call.phone.ear.tone(hz.bye);
    await call.hangUp();
    await lastCall(stack);
  });

  await t.test('nobody comes in time: the flow goes on; while an agent is asked it waits', async t => {
    await flowIs(
      t,
      stack,
      '  start: { queue: sales, maxWaitSeconds: 5, otherwise: open }\n  open: { hangup: [own-open] }\n',
      'start: start\nonFault: open',
    );
    const call = await caller.call(companyNumber);
    await call.phone.ear.tone(hz.open);
    await call.ended;
    t.match(await lastCall(stack), {
      ending: 'completed',
      path: [{ step: 'start', result: 'timeout', to: 'open' }, {}],
    });
    t.match(
      await sql`select state, outcome from interactions where channel = 'call' order by requested_at desc limit 1`,
      [{ state: 'done', outcome: 'flowed_out' }],
    );
    await sql`update queues set max_waiting = 0`;
    const full = await caller.call(companyNumber);
    await full.phone.ear.tone(hz.open);
    await full.ended;
    t.match((await lastCall(stack)).path, [{ result: 'full' }, {}]);
    await sql`update queues set max_waiting = null`;
  });

  await t.test('a step that fails: an apology, and the second way out', async t => {
    await flowIs(
      t,
      stack,
      '  start: { hours: office, open: bye, closed: bye }\n  bye: { hangup: [own-bye] }\n',
    );
    await sql`update queues set opening_hours_id = null`;
    await sql`update opening_hours set key = 'gone' where key = 'office'`;
    const call = await caller.call(companyNumber);
    await call.phone.ear.soundWithout([hz.bye]);
    await call.phone.ear.tone(hz.bye);
    await call.ended;
    t.match(await lastCall(stack), {
      ending: 'completed',
      path: [{ step: 'start', result: 'fault', to: 'bye' }, {}],
    });
    await sql`update opening_hours set key = 'office' where key = 'gone'`;
  });

  await t.test('who is not taken is told why', async t => {
    const refused = async (number: string, from = caller) =>
      from.attempt(number).answered.then(
        () => 200,
        (error: { status?: number }) => error.status,
      );
    t.equal(await refused('+82299999999'), 404, 'nobody has it');
    t.equal(await refused('nonsense'), 404);
    await sql`insert into tenant_numbers (tenant_id, number, verified_at) select id, '+82215880009', now() from tenants where slug = 'demo'`;
    t.equal(await refused('+82215880009'), 480, 'nobody answers it');
    await sql`update tenants set max_inbound_calls = 0`;
    t.equal(await refused(companyNumber), 486);
    t.match(await sql`select count(*)::int from inbound_calls where ended_at is null`, [{ count: 0 }]);
    await sql`update tenants set max_inbound_calls = null`;
    await sipp(t, 'uac-stranger', {
      keys: {},
      replace: {
        'RTP/AVP 8 101': 'RTP/AVP 18',
        'a=rtpmap:8 PCMA/8000': 'a=rtpmap:18 G729/8000',
        'response="403"': 'response="488"',
      },
      remote: `127.0.0.1:${stack.sipUdpPort}`,
      service: companyNumber,
    }).then(({ done }) => done);
    t.same(await leftOver(stack), nothing);
  });
});
