import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toneWav } from '../../../test/support/audio.js';
import { heardShare, readRecording } from '../../../test/support/recording.js';
import { WebRtcPeer } from '../../../test/support/webrtc-peer.js';
import type { Capability } from '../port.js';
import {
  agentHz,
  answeredBrowser,
  answeredPhone,
  calledBrowser,
  calledPhone,
  callerHz,
  end,
  type Leg,
  talkTogether,
  thirdHz,
} from './legs.js';
import type { Suite } from './suite.js';

const promptHz = 2200;

/** The one who is called first, and the one whom he talks with. */
const pairs = {
  'browser and trunk': [calledBrowser, calledPhone],
  'browser and browser': [calledBrowser, answeredBrowser],
  'trunk and trunk': [answeredPhone, calledPhone],
} as const;

/** The peer's offer within the dialog. */
function reoffer({ peer }: Leg, direction: 'sendonly' | 'sendrecv', version: number): string {
  return peer instanceof WebRtcPeer ? peer.reoffer(direction) : peer.sdp(direction, version);
}

/** What a talk goes through, for every kind of talk there is. */
export function combinations({ test }: Suite): void {
  for (const [name, [makeAgent, makeCustomer]] of Object.entries(pairs)) {
    const needs: Capability[] = name.includes('browser') ? ['webrtc'] : [];

    test(`${name}: a transfer`, needs, async (_t, server) => {
      const [agent, customer] = [await makeAgent(server), await makeCustomer(server)];
      await agent.endpoint.bridge(customer.endpoint);
      await talkTogether(agent, customer);
      const expert = await makeAgent(server);
      await expert.endpoint.bridge(customer.endpoint);
      agent.peer.mouth.speak(thirdHz);
      await talkTogether(expert, customer);
      await end(agent, expert, customer);
    });

    test(`${name}: each holds, the other hears music, and the talk goes on`, needs, async (_t, server) => {
      const [agent, customer] = [await makeAgent(server), await makeCustomer(server)];
      await agent.endpoint.bridge(customer.endpoint);
      for (const [holder, held] of [
        [agent, customer],
        [customer, agent],
      ] as [Leg, Leg][]) {
        await talkTogether(agent, customer);
        if (!(holder.peer instanceof WebRtcPeer)) holder.peer.mouth.close();
        await holder.endpoint.renegotiate(reoffer(holder, 'sendonly', 2));
        await held.peer.listener.ear.soundWithout([callerHz, agentHz]);
        await holder.endpoint.renegotiate(reoffer(holder, 'sendrecv', 3));
      }
      await talkTogether(agent, customer);
      await end(agent, customer);
    });

    test(`${name}: a prompt to one, who is heard by the other all along`, needs, async (t, server) => {
      const file = join(t.testdir(), 'prompt.wav');
      // Longer than whatever a busy machine needs for what is to happen meanwhile.
      await writeFile(file, toneWav(promptHz, 20_000));
      const [agent, customer] = [await makeAgent(server), await makeCustomer(server)];
      await agent.endpoint.bridge(customer.endpoint);
      for (const [listener, other, hz] of [
        [agent, customer, callerHz],
        [customer, agent, agentHz],
      ] as [Leg, Leg, number][]) {
        await talkTogether(agent, customer);
        let over = false;
        const playing = listener.endpoint.play({ file }).finally(() => {
          over = true;
        });
        await listener.peer.listener.ear.tone(promptHz);
        // He begins to say something else while it plays: that has to come through.
        listener.peer.mouth.speak(thirdHz);
        await other.peer.listener.ear.tone(thirdHz);
        t.notOk(over, 'it plays on');
        await listener.endpoint.stop();
        t.same(await playing, { reason: 'stopped' });
        await listener.peer.listener.ear.tone(hz === callerHz ? agentHz : callerHz);
      }
      await end(agent, customer);
    });

    test(`${name}: keys pass both ways`, needs, async (t, server) => {
      const [agent, customer] = [await makeAgent(server), await makeCustomer(server)];
      await agent.endpoint.bridge(customer.endpoint);
      await talkTogether(agent, customer);
      for (const [presser, other] of [
        [agent, customer],
        [customer, agent],
      ] as [Leg, Leg][]) {
        for (const key of '15#') await presser.peer.mouth.press(key);
        t.equal(await other.peer.listener.keyCount(3), '15#');
      }
      await talkTogether(agent, customer);
      await end(agent, customer);
    });

    test(
      `${name}: both sides of each are recorded`,
      [...needs, 'record', 'record_stereo'],
      async (t, server) => {
        const [agent, customer] = [await makeAgent(server), await makeCustomer(server)];
        await agent.endpoint.bridge(customer.endpoint);
        await talkTogether(agent, customer);
        const files = [join(t.testdir(), 'agent.wav'), join(t.testdir(), 'customer.wav')] as const;
        const recordings = [
          await agent.endpoint.record({ file: files[0], sides: 'both' }),
          await customer.endpoint.record({ file: files[1], sides: 'both' }),
        ];
        for (let frame = 0; frame < 50; frame++)
          await new Promise(r => agent.peer.listener.once('packet', r));
        await Promise.all(recordings.map(recording => recording.stop()));
        for (const [file, said, heard] of [
          [files[0], callerHz, agentHz],
          [files[1], agentHz, callerHz],
        ] as const) {
          const sound = await readRecording(file);
          t.ok(heardShare(sound, 0, said) > 0.3, 'left: what he says');
          t.ok(heardShare(sound, 1, heard) > 0.3, 'right: what he hears');
        }
        await end(agent, customer);
      },
    );

    test(
      `${name}: a whisper to each, which the other does not hear`,
      [...needs, 'monitor'],
      async (_t, server) => {
        const [agent, customer] = [await makeAgent(server), await makeCustomer(server)];
        const supervisor = await answeredPhone(server);
        supervisor.peer.mouth.speak(thirdHz);
        await agent.endpoint.bridge(customer.endpoint);
        for (const [target, other, hz] of [
          [agent, customer, callerHz],
          [customer, agent, agentHz],
        ] as [Leg, Leg, number][]) {
          await talkTogether(agent, customer);
          await supervisor.endpoint.monitor(target.endpoint, 'whisper');
          await target.peer.listener.ear.tones([hz === callerHz ? agentHz : callerHz, thirdHz]);
          await other.peer.listener.ear.tone(hz);
          await supervisor.peer.ear.tones([callerHz, agentHz]);
          await supervisor.endpoint.unbridge();
        }
        await end(agent, customer, supervisor);
      },
    );
  }
}
