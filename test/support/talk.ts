/** A customer and an agent who talk, to begin a test with; each person in it is known by a tone. */
import type { Test } from 'tap';
import type { Received } from '../../gateway/telephony/testing/softphone.js';
import type { VisitorCallback } from './api.js';
import { type Ear, type Mouth, RtpPeer, toneShare } from './audio.js';
import { RobotAgent } from './robot-agent.js';
import type { SippRun } from './sipp.js';
import { demoPassword, leftOver, nextNumber, nothing, type Stack } from './stack.js';
import { telephone } from './telephone.js';
import type { WebRtcPeer } from './webrtc-peer.js';

/** Hz: far enough apart, and none a harmonic of another that G.711 could make up. */
export const tones = { agent: 500, colleague: 760, customer: 1130, outside: 1500, supervisor: 1900 } as const;

/** Somebody with a voice and an ear. */
export interface Talker {
  mouth: Mouth;
  ear: Ear;
}

export function talkerOf({ mouth, listener }: { mouth: Mouth; listener: { ear: Ear } }): Talker {
  return { mouth, ear: listener.ear };
}

/**
 * Listens from now on.
 * @param voice between two notes, if there is music to be told from it
 * @returns what ends it, and says in how many of the frames the voice was most of what was heard
 */
export function listenFor(ear: Ear, voice: number): () => number {
  let heard = 0;
  const unwatch = ear.watch(samples => {
    if (toneShare(samples, voice) > 0.5) heard += 1;
  });
  return () => {
    unwatch();
    return heard;
  };
}

/** A phone at the end of a trunk, whose handset is ours. */
export interface Handset extends Talker {
  run: SippRun;
}

export async function handset(t: Test, port: number, tone: number, ringMs = 0): Promise<Handset> {
  const peer = await RtpPeer.open(['PCMA']);
  t.teardown(() => peer.close());
  peer.mouth.speak(tone);
  const run = await telephone(t, port, { rtpPort: peer.port, ringMs });
  return { ...talkerOf(peer), run };
}

/** An agent of the demo who is signed in; whatever he does ends with the test. */
export async function signIn(
  t: Test,
  stack: Stack,
  name: 'agent1' | 'agent2' | 'admin',
  state?: 'ready' | 'paused',
): Promise<RobotAgent> {
  const email = `${name}@demo.example`;
  const agent = await RobotAgent.signIn(t, stack.api, email, demoPassword);
  if (state) await agent.setState(state);
  t.teardown(async () => {
    agent.softphone.drop();
    await stack.sql`update agents set intent = 'offline' where user_id = (select id from users where email = ${email})`;
  });
  return agent;
}

/** Answers what rings next, and speaks. */
export async function pickUp(
  t: Test,
  agent: RobotAgent,
  tone: number,
  { accept = true }: { accept?: boolean } = {},
): Promise<Talker & { invite: Received; peer: WebRtcPeer; id: string }> {
  const invite = await agent.ring();
  const id = invite.header('X-Ringbridge-Interaction');
  const peer = accept ? await agent.accept(t, invite) : agent.answer(t, invite);
  peer.mouth.speak(tone);
  return { ...talkerOf(peer), invite, peer, id };
}

export interface Talk {
  id: string;
  callback: VisitorCallback;
  agent: RobotAgent;
  /** The agent's line. */
  desk: Talker & { invite: Received; peer: WebRtcPeer };
  customer: Handset;
}

/** Agent 1 talks with a customer, and each hears the other. */
export async function talking(t: Test, stack: Stack): Promise<Talk> {
  const customer = await handset(t, stack.trunkPort, tones.customer);
  const agent = await signIn(t, stack, 'agent1', 'ready');
  const callback = await stack.api.askCallback({ phone: nextNumber(), name: '홍길동' });
  const desk = await pickUp(t, agent, tones.agent);
  await stack.api.follow(callback, ({ state }) => state === 'bridged');
  await Promise.all([customer.ear.tone(tones.agent), desk.ear.tone(tones.customer)]);
  return { id: callback.id, callback, agent, desk, customer };
}

/** What the agent asks of the API for a talk. */
export async function ask(
  agent: RobotAgent,
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await agent.api.call(method, `/api/v1${path}`, {
    token: agent.token,
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, body: answer.body };
}

/** The id of a user of the demo. */
export async function idOf({ sql }: Stack, name: string): Promise<string> {
  const [row] = await sql<{ id: string }[]>`select id from users where email = ${`${name}@demo.example`}`;
  return row!.id;
}

/** The story of an interaction, without whose desktop has answered and how the lines sounded, which a busy machine changes. */
export async function storyOf({ sql }: Stack, id: string): Promise<string[]> {
  const rows = await sql<{ type: string }[]>`
    select type from events where interaction_id = ${id} and type not in ('agent_present', 'line_graded') order by id`;
  return rows.map(({ type }) => type);
}

/** Who has a wrap-up finishes it; then everybody is free, and nothing rings or talks. */
export async function tidy(
  t: Test,
  stack: Stack,
  agents: readonly RobotAgent[],
  settled: readonly string[] = ['wrap_up', 'ready', 'paused'],
): Promise<void> {
  for (const agent of agents) {
    const { me, current } = await agent.until(desk => settled.includes(desk.me.state), 'the end of the talk');
    if (me.state === 'wrap_up' && current) await agent.step('wrap-up', current.id);
  }
  t.same(await leftOver(stack), nothing);
}
