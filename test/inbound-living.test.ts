/** A gateway dies, or is restarted, while calls that came in are under way. */
import t, { type Test } from 'tap';
import { sampleRate, toneShare } from './support/audio.js';
import { type AnsweredCall, type InboundCaller, inboundCaller } from './support/caller.js';
import { eventually } from './support/eventually.js';
import { companyNumber, flowIs, lastCall, uploadTones } from './support/flows.js';
import { Phone } from './support/phone.js';
import { heardIn } from './support/recording.js';
import { RobotAgent } from './support/robot-agent.js';
import {
  allReady,
  demoPassword,
  leftOver,
  nextNumber,
  nothing,
  type Stack,
  startStack,
} from './support/stack.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

const callerNumber = '+821055501234';
const callerHz = 800;
const agentHz = 600;

/** An agent who is ready, and gets the caller who waits. */
async function served(t: Test, stack: Stack, name: string) {
  const agent = await RobotAgent.signIn(t, stack.api, `${name}@demo.example`, demoPassword);
  await agent.setState('ready');
  const browser = await agent.accept(t, await agent.ring());
  browser.mouth.speak(agentHz);
  return { agent, browser };
}

async function over(agent: RobotAgent): Promise<void> {
  await agent.setState('offline');
  await agent.hungUp();
  const { current } = await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
  await agent.step('wrap-up', current!.id);
}

const outsideHz = 700;
const laterHz = 950;
const hz = { greeting: 450, more: 1000, ask: 1150, message: 1300, bye: 1500 };
const outside = '+82212345678';
/** A gateway is killed and another one is there within so long also where the machine is busy. */
const againMs = 120_000;
/** In which a tone is looked for on a tape: a fifth of a second. */
const windowSamples = sampleRate / 5;

/** A flow with a step of each kind that takes its time: the greeting is so long that it is not over before anything else. */
async function longFlow(t: Test, stack: Stack): Promise<void> {
  const { more, ...tones } = hz;
  await uploadTones(
    stack,
    Object.fromEntries(Object.entries(tones).map(([name, tone]) => [`own-${name}`, tone])),
  );
  await uploadTones(stack, { 'own-more': more }, 10_000);
  await flowIs(
    t,
    stack,
    `  start: { play: [own-greeting${', own-more'.repeat(19)}], next: ask }
  ask: { menu: [own-ask], firstDigitSeconds: 60, choices: { '1': wait, '2': message, '3': outside }, otherwise: bye }
  wait: { queue: sales, otherwise: bye }
  message: { voicemail: [own-message], next: bye }
  outside: { external: '${outside}', otherwise: bye }
  bye: { hangup: [own-bye] }
`,
  );
}

/** Somebody on his way through the flow. */
class Traveller {
  #alone = 0;

  private constructor(
    readonly stack: Stack,
    readonly number: string,
    readonly caller: InboundCaller,
    readonly call: AnsweredCall,
  ) {}

  /** @param keys what he presses as soon as he is spoken to */
  static async sets(t: Test, stack: Stack, keys = ''): Promise<Traveller> {
    const number = nextNumber();
    const caller = await inboundCaller(t, stack, number);
    const call = await caller.call(companyNumber);
    await call.phone.ear.tone(hz.greeting);
    await call.press(keys);
    return new Traveller(stack, number, caller, call);
  }

  async row(): Promise<{ id: string; step: string | null; ending: string | null; message: object | null }> {
    const [row] = await this.stack.sql`
      select id, place ->> 'step' as step, ending, message from inbound_calls where caller = ${this.number}`;
    return row as Awaited<ReturnType<Traveller['row']>>;
  }

  async isAt(step: string): Promise<void> {
    await eventually(`a caller is at ${step}`, async () => (await this.row())?.step === step);
  }

  /** Nobody leads him from now on. */
  isAlone(): void {
    this.#alone = this.caller.tape.position;
  }

  /** Hears a tone after that. */
  async hearsAgain(frequency: number): Promise<void> {
    const { tape } = this.caller;
    let looked = this.#alone;
    const isOnTape = () => {
      for (; looked + windowSamples <= tape.position; looked += windowSamples)
        if (toneShare(Int16Array.from(tape.samples.slice(looked, looked + windowSamples)), frequency) > 0.8)
          return true;
      return false;
    };
    await eventually(`he hears ${frequency} Hz again`, isOnTape, againMs);
  }

  /** Goes on into the queue, and has enough of it. */
  async queues(t: Test): Promise<void> {
    const from = this.caller.tape.position;
    await this.call.press('1');
    await this.caller.tape.heard('en', 'connecting', from);
    await this.call.hangUp();
    await this.ends(t, 'hung_up');
  }

  /** Is in a queue, and wants to be called. */
  async keepsPlace(t: Test): Promise<void> {
    const { tape } = this.caller;
    const from = this.#alone;
    await tape.heard('en', 'press-2-for-callback', from);
    await this.call.press('2');
    await tape.heard('en', 'call-back-at', from);
    await this.call.press('1');
    await tape.heard('en', 'callback-accepted', from);
    await this.call.ended;
    await this.ends(t, 'kept_place');
    // An agent of a later test is not for him.
    await this.stack
      .sql`update interactions set state = 'done', outcome = 'cancelled', done_at = now(), ended_at = now()
      where inbound_call_id = ${(await this.row()).id}`;
  }

  /** Has the gateway's successor believe that he waits for an hour already. */
  async ages(): Promise<void> {
    await this.stack.sql`
      update interactions set requested_at = requested_at - interval '1 hour'
      where inbound_call_id = ${(await this.row()).id}`;
  }

  async ends(t: Test, ending: string): Promise<void> {
    t.equal(await eventually('the call is over', async () => (await this.row()).ending ?? undefined), ending);
  }
}

t.test('a caller in a flow is led on by the gateway that takes over', async t => {
  const stack = await startStack(t);
  await longFlow(t, stack);
  const phone = await Phone.open(t, stack);

  /** Callers at each kind of step. Resolves with what they do when there is a gateway again. */
  const setOut = async (t: Test) => {
    const [leaves, talks, chooses, waits, stays] = await Promise.all([
      Traveller.sets(t, stack, '2'),
      Traveller.sets(t, stack, '3'),
      Traveller.sets(t, stack, '9'),
      Traveller.sets(t, stack, '1'),
      Traveller.sets(t, stack, '1'),
    ]);
    await Promise.all([leaves.isAt('message'), talks.isAt('outside'), chooses.isAt('ask')]);
    await Promise.all([waits, stays].map(({ caller }) => caller.tape.heard('en', 'connecting')));
    await waits.ages();
    leaves.call.phone.mouth.speak(callerHz);
    await eventually('his message is recorded', async () => (await leaves.row()).message !== null);
    talks.call.phone.mouth.speak(callerHz);
    phone.audio.mouth.speak(outsideHz);
    await Promise.all([talks.call.phone.ear.tone(outsideHz), phone.audio.ear.tone(callerHz)]);
    const hears = await Traveller.sets(t, stack);
    await hears.call.phone.ear.tone(hz.more);
    await hears.isAt('start');
    const goOn = async () => {
      leaves.call.phone.mouth.speak(laterHz);
      await Promise.all([hears.hearsAgain(hz.greeting), chooses.hearsAgain(hz.ask)]);
      await Promise.all([hears.queues(t), chooses.queues(t), stays.keepsPlace(t), waits.call.ended]);
      await waits.ends(t, 'completed');

      await Promise.all([talks.call.phone.ear.tone(outsideHz), phone.audio.ear.tone(callerHz)]);
      phone.hangUp();
      await talks.call.ended;
      await talks.ends(t, 'talked');

      leaves.call.phone.mouth.speak();
      await leaves.call.press('#');
      await leaves.caller.tape.heard('en', 'voicemail-saved');
      await leaves.call.ended;
      await leaves.ends(t, 'completed');
      const { id } = await leaves.row();
      const [voicemail, another] = await stack.sql<{ sound: Buffer }[]>`
        select sound from voicemails where inbound_call_id = ${id}`;
      for (const voice of [callerHz, laterHz])
        t.ok(heardIn(voicemail!.sound, voice) > 500, 'what he said before and after is in the message');
      t.notOk(another, 'it is one message');
      t.same(await leftOver(stack), nothing);
    };
    /** Nobody leads them from now on. */
    const leave = () => {
      for (const one of [hears, chooses, stays]) one.isAlone();
    };
    return { leave, goOn };
  };

  for (const signal of ['SIGKILL', 'SIGTERM'] as const)
    await t.test(`${signal}, and started again`, async t => {
      const { leave, goOn } = await setOut(t);
      const { called } = phone;
      await stack.restartGateway(signal, leave);
      await goOn();
      t.equal(phone.called, called, 'nobody was called a second time');
    });

  await t.test('killed, and another one is there', async t => {
    const { leave, goOn } = await setOut(t);
    await stack.addGateway();
    await stack.gateway().end('SIGKILL');
    leave();
    await goOn();
  });
});

t.test('what becomes of a call that came in', async t => {
  const stack = await startStack(t);
  await flowIs(
    t,
    stack,
    `  start: { menu: [demo-menu], choices: { '1': wait }, otherwise: bye }
  wait: { queue: sales, otherwise: bye }
  bye: { hangup: [goodbye] }
`,
  );
  const caller = await inboundCaller(t, stack, callerNumber);

  for (const signal of ['SIGKILL', 'SIGTERM'] as const)
    await t.test(`in a queue, ${signal}: the music goes on, and he gets his agent`, async t => {
      const call = await caller.call(companyNumber);
      await call.press('1');
      await caller.tape.heard('en', 'press-2-for-callback', caller.tape.position);
      await stack.restartGateway(signal);
      await call.phone.ear.soundWithout([agentHz]);
      const { agent, browser } = await served(t, stack, signal === 'SIGKILL' ? 'agent1' : 'agent2');
      call.phone.mouth.speak(callerHz);
      await Promise.all([call.phone.ear.tone(agentHz), browser.listener.ear.tone(callerHz)]);
      t.match(await stack.sql`select ending from inbound_calls order by started_at desc limit 1`, [
        { ending: null },
      ]);
      await call.hangUp();
      await over(agent);
      t.match(await lastCall(stack), { ending: 'served' });
      t.same(await leftOver(stack), nothing);
    });

  await t.test('in a talk: it goes on', async t => {
    const call = await caller.call(companyNumber);
    await call.press('1');
    const { agent, browser } = await served(t, stack, 'agent1');
    await call.phone.ear.tone(agentHz);
    await stack.restartGateway('SIGKILL');
    call.phone.mouth.speak(callerHz);
    await Promise.all([call.phone.ear.tone(agentHz), browser.listener.ear.tone(callerHz)]);
    await agent.until(desk => desk.current?.state === 'bridged', 'the talk');
    await call.hangUp();
    await over(agent);
    t.match(await lastCall(stack), { ending: 'served' });
    t.same(await leftOver(stack), nothing);
  });

  const phone = await Phone.open(t, stack);
  for (const engine of ['media engine', 'SIP server'] as const)
    await t.test(`in a talk, the ${engine} dies: he is called back by the agent he talked with`, async t => {
      const call = await caller.call(companyNumber);
      await call.press('1');
      const { agent } = await served(t, stack, 'agent1');
      await call.phone.ear.tone(agentHz);
      const { id } = (await agent.until(({ current }) => current?.state === 'bridged', 'the talk')).current!;
      // Idle for longer, and would be asked first.
      const other = await RobotAgent.signIn(t, stack.api, 'agent2@demo.example', demoPassword);
      await other.setState('ready');
      const media = engine === 'media engine';
      await (media ? stack.restartMedia() : stack.restartSip());
      await call.ended;
      await allReady(stack);
      if (media) await agent.hungUp();
      else await Promise.all([agent.reconnect(t), other.reconnect(t)]);
      const browser = await agent.accept(t, await agent.ring());
      browser.mouth.speak(agentHz);
      phone.audio.mouth.speak(callerHz);
      await Promise.all([phone.audio.ear.tone(agentHz), browser.listener.ear.tone(callerHz)]);
      t.match(phone.lastInvite?.uri, callerNumber);
      const hungUp = agent.hungUp();
      await agent.step('hangup', id);
      await hungUp;
      await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
      await agent.step('wrap-up', id);
      t.match(await lastCall(stack), { ending: 'served' });
      t.match(
        await stack.sql`
          select i.channel, i.state, i.outcome, array(
            select a.outcome from attempts a where a.interaction_id = i.id order by a.number) as attempts, array(
            select p.outcome from interactions p where p.part_of = i.id) as parts
          from interactions i where i.id = ${id}`,
        [
          {
            ...{ channel: 'callback', state: 'done', outcome: 'completed' },
            ...{ attempts: ['completed'], parts: ['cut_off'] },
          },
        ],
      );
      for (const one of [agent, other]) await one.setState('offline');
      t.same(await leftOver(stack), nothing);
    });
});

t.test(
  'engines that do not keep calls: who waited is called back in his place, what was said is kept',
  async t => {
    const stack = await startStack(t, { mediaFlags: ['--orphan-grace', '0'] });
    await flowIs(
      t,
      stack,
      `  start: { menu: [demo-menu], choices: { '1': wait, '2': message }, otherwise: bye }
  wait: { queue: sales, otherwise: bye }
  message: { voicemail: [voicemail], next: bye }
  bye: { hangup: [goodbye] }
`,
    );
    const [waits, leaves] = [
      await inboundCaller(t, stack, callerNumber),
      await inboundCaller(t, stack, nextNumber()),
    ];
    const [waiting, leaving] = [await waits.call(companyNumber), await leaves.call(companyNumber)];
    await Promise.all([waiting, leaving].map(({ phone }) => phone.ear.soundWithout([callerHz])));
    await waiting.press('1');
    await leaving.press('2');
    await waits.tape.heard('en', 'connecting');
    const isSaying = async () =>
      (await stack.sql`select from inbound_calls where message is not null and ended_at is null`).length > 0;
    await eventually('he leaves a message', isSaying);
    leaving.phone.mouth.speak(callerHz);
    await new Promise(resolve => setTimeout(resolve, 3_000));
    await stack.restartGateway('SIGKILL');
    await Promise.all([waiting.ended, leaving.ended]);
    const over = async () => {
      const ended = await stack.sql`
      select data ->> 'ending' as ending, data ->> 'cause' as cause from events where type = 'call_over'`;
      return ended.length === 2 && [...ended];
    };
    const lost = { ending: 'lost', cause: 'gateway_lost' };
    t.same(await eventually('both calls are over', over), [lost, lost]);
    t.match(
      await stack.sql`select channel, state, phone from interactions order by requested_at desc limit 1`,
      [{ channel: 'callback', state: 'waiting', phone: callerNumber }],
    );
    const voicemails = await stack.sql<{ sound: Buffer }[]>`select sound from voicemails`;
    t.equal(voicemails.length, 1);
    t.ok(heardIn(voicemails[0]!.sound, callerHz) > 1_000, 'what he had said is kept');
    t.same(await leftOver(stack), nothing);
  },
);

t.test(
  'a media engine that dies: who waited has not given up, and is called back where he may be',
  async t => {
    const stack = await startStack(t);
    await flowIs(
      t,
      stack,
      `  start: { menu: [demo-menu], choices: { '1': kept, '2': unkept }, otherwise: bye }
  kept: { queue: sales, otherwise: bye }
  unkept: { queue: support, keepPlace: false, otherwise: bye }
  bye: { hangup: [goodbye] }
`,
    );
    const waits = async (key: string, number?: string) => {
      const caller = await inboundCaller(t, stack, number);
      const call = await caller.call(companyNumber);
      await call.press(key);
      await caller.tape.heard('en', 'connecting');
      return call;
    };
    const calls = [
      await waits('1', callerNumber),
      await waits('2', '+821055501235'),
      await waits('1', '+33123456789'),
      await waits('1'),
    ];
    await stack.killMedia();
    await Promise.all(calls.map(({ ended }) => ended));
    const lost = async () =>
      (await stack.sql`select from events where type = 'customer_lost'`).length === calls.length;
    await eventually('all of them are lost', lost);
    t.same(await leftOver(stack), nothing);
    t.match(await lastCall(stack), { ending: 'lost' });
    t.same(
      [
        ...(await stack.sql`
        select phone, channel, state, outcome from interactions order by requested_at`),
      ],
      [
        { phone: callerNumber, channel: 'callback', state: 'waiting', outcome: null },
        { phone: '+821055501235', channel: 'call', state: 'done', outcome: 'failed' },
        { phone: '+33123456789', channel: 'call', state: 'done', outcome: 'failed' },
        { phone: null, channel: 'call', state: 'done', outcome: 'failed' },
      ],
      'the second by his step, the third by the number policy, the last because nobody knows his number',
    );
  },
);
