/** Two who talk, each with a tone for a voice, and what each hears of the other from moment to moment. */
import type { Received } from '../../gateway/telephony/testing/softphone.js';
import type { VisitorCallback } from './api.js';
import { type Listener, toneShare } from './audio.js';
import type { Phone } from './phone.js';
import { RobotAgent } from './robot-agent.js';
import { demoPassword, nextNumber, type Stack } from './stack.js';
import type { WebRtcPeer } from './webrtc-peer.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export const voices = { agent: 700, customer: 1100 };

export interface Conversation {
  callback: VisitorCallback;
  agent: RobotAgent;
  /** The INVITE that the agent's softphone answered. */
  invite: Received;
  browser: WebRtcPeer;
  phone: Phone;
}

/** An agent who is signed in and ready. */
export async function readyAgent(
  t: Teardown,
  stack: Stack,
  email = 'agent1@demo.example',
  api = stack.api,
): Promise<RobotAgent> {
  const agent = await RobotAgent.signIn(t, api, email, demoPassword);
  await agent.setState('ready');
  return agent;
}

/**
 * A callback that has come so far that both hear each other.
 * @param asked it was asked for already
 */
export async function conversation(
  t: Teardown,
  stack: Stack,
  phone: Phone,
  { agent, asked }: { agent?: RobotAgent; asked?: VisitorCallback } = {},
): Promise<Conversation> {
  const { api } = stack;
  const callback = asked ?? (await api.askCallback({ phone: nextNumber() }));
  const who = agent ?? (await readyAgent(t, stack));
  const invite = await who.ring();
  const browser = await who.accept(t, invite);
  await api.follow(callback, ({ state }) => state === 'bridged');
  await browser.opened;
  browser.mouth.speak(voices.agent);
  phone.audio.mouth.speak(voices.customer);
  await hearEachOther({ browser, phone });
  return { callback, agent: who, invite, browser, phone };
}

export async function hearEachOther({ browser, phone }: Pick<Conversation, 'browser' | 'phone'>) {
  await Promise.all([phone.audio.ear.tone(voices.agent), browser.listener.ear.tone(voices.customer)]);
}

/** What was wrong with what somebody heard, since the watch began. */
export interface Hearing {
  packets: number;
  /** Packets that did not follow the one before. */
  gaps: number;
  /** Packets at whose moment the voice was not what was heard. */
  without: number;
}

/** Watches a listener who is to hear a voice all the time. Returns what says how that went. */
export function watchHearing(listener: Listener, voice: number): () => Hearing {
  const before = { packets: listener.packets, gaps: listener.sequenceGaps };
  let [without, begun] = [0, false];
  // The share is of the last 200 ms, the silence before the first word among them: a single frame that is missing in it
  // or is something else shows.
  const unwatch = listener.ear.watch(samples => {
    const heard = toneShare(samples, voice) > 0.95;
    begun ||= heard;
    if (begun && !heard) without += 1;
  });
  return () => {
    unwatch();
    return {
      packets: listener.packets - before.packets,
      gaps: listener.sequenceGaps - before.gaps,
      without,
    };
  };
}
