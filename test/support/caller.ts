/** Somebody with a telephone who calls a number of the company through its trunk. */
import { once } from 'node:events';
import { type Attempt, type CallerDialog, openCaller } from '../../engine/phone-network/testing/caller.js';
import type { RtpPeer } from './audio.js';
import type { Stack } from './stack.js';
import { Tape } from './tape.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

/** A call that was answered. */
export interface AnsweredCall {
  phone: RtpPeer;
  /** Presses keys, one after the other. */
  press(keys: string): Promise<void>;
  hangUp(): Promise<unknown>;
  /** Resolves when the other side has hung up. */
  ended: Promise<unknown>;
}

export interface InboundCaller {
  /** Calls, and resolves when it is answered. */
  call(number: string): Promise<AnsweredCall>;
  /** Calls; what comes of it is the attempt's. */
  attempt(number: string, options?: { offer: boolean }): Attempt;
  phone: RtpPeer;
  /** All that is heard. */
  tape: Tape;
}

/** @param from his own number; without one he withholds it */
export async function inboundCaller(
  t: Teardown,
  { sipUdpPort }: Pick<Stack, 'sipUdpPort'>,
  from?: string,
): Promise<InboundCaller> {
  const { phone, tape } = await Tape.phone(t);
  const caller = await openCaller({ host: '127.0.0.1', port: sipUdpPort }, phone);
  t.teardown(() => caller.close());
  const attempt = (number: string, { offer } = { offer: true }) =>
    caller.call(number, offer ? phone.sdp() : undefined, undefined, from ?? 'anonymous');
  return {
    phone,
    tape,
    attempt,
    async call(number) {
      const dialog: CallerDialog = await attempt(number).answered;
      phone.connect(dialog.remote.sdp).mouth.wake();
      return {
        phone,
        async press(keys) {
          for (const key of keys) await phone.mouth.press(key);
        },
        hangUp: () => dialog.destroy(),
        ended: once(dialog, 'destroy'),
      };
    },
  };
}
