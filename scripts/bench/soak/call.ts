/** A short call as a contact center has them: a prompt, a talk that is recorded, keys, and an end by either side. */
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MediaServer } from '../../../gateway/media/index.js';
import { RtpPeer } from '../../../test/support/audio.js';
import { WebRtcPeer } from '../../../test/support/webrtc-peer.js';

export interface CallParts {
  server: MediaServer;
  /** For prompts and recordings. */
  folder: string;
  prompt: string;
}

/** Shortest and longest talk, milliseconds. */
const talkMs = [1_000, 4_000] as const;

/**
 * @returns bytes that were recorded
 * @throws Error when a step fails, or nothing was heard
 */
export async function shortCall({ server, folder, prompt }: CallParts, number: number): Promise<number> {
  const browser = number % 2 === 0;
  const caller = browser ? WebRtcPeer.offering() : await RtpPeer.open();
  const phone = await RtpPeer.open();
  const ends: (() => unknown)[] = [() => caller.close(), () => phone.close()];
  try {
    const first = await server.createEndpoint(
      caller instanceof WebRtcPeer
        ? { kind: 'webrtc', remoteSdp: caller.sdp }
        : { kind: 'rtp', remoteSdp: caller.sdp() },
    );
    ends.push(() => first.destroy());
    if (caller instanceof WebRtcPeer) {
      caller.accept(first.localSdp);
      await caller.opened;
    } else caller.connect(first.localSdp);
    const second = await server.createEndpoint({ kind: 'rtp', remoteSdp: phone.sdp() });
    ends.push(() => second.destroy());
    phone.connect(second.localSdp);

    caller.mouth.speak(700);
    phone.mouth.speak(1100);
    await first.play([{ file: prompt }, { silenceMs: 100 }]);
    await first.bridge(second);
    const file = join(folder, `${number}.wav`);
    const recording = server.capabilities.has('record_stereo')
      ? await first.record({ file, sides: 'both' })
      : undefined;
    await delay(talkMs[0] + Math.random() * (talkMs[1] - talkMs[0]));
    await caller.mouth.press('1');
    // A call in four ends without its recording being stopped: the endpoint's end is the recording's.
    if (number % 4 !== 0) await recording?.stop();
    if (phone.listener.packets === 0 || caller.listener.packets === 0) throw new Error('nothing was heard');
    await first.destroy();
    const result = await recording?.ended;
    if (!result) return 0;
    const { size } = statSync(result.file);
    rmSync(result.file);
    return size;
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
