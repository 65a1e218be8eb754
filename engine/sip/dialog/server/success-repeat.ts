/** Our 2xx to an INVITE, repeated until its ACK comes (RFC 3261 section 13.3.1.4): over every transport, end to end. */
import type { SipRequest } from '../../message/message.js';
import type { Clock, TimerHandle } from '../../transaction/clock.js';
import type { Timers } from '../../transaction/timers.js';
import type { Flow } from '../../transport/transport.js';
import type { Dialog } from '../dialog.js';

export interface RepeatedSuccess {
  dialog: Dialog;
  /** The CSeq number of the INVITE, which the ACK has too. */
  sequence: number;
  text: string;
  flow: Flow;
  clock: Clock;
  timers: Timers;
  acknowledged(ack: SipRequest): void;
  /** No ACK in 64*T1. */
  unacknowledged(): void;
}

export function repeatUntilAcknowledged(repeat: RepeatedSuccess): void {
  const { dialog, clock, timers } = repeat;
  let interval = timers.T1;
  let next: TimerHandle = clock.after(interval, again);
  const limit = clock.after(64 * timers.T1, () => {
    stop();
    repeat.unacknowledged();
  });

  function again(): void {
    repeat.flow.send(repeat.text);
    interval = Math.min(interval * 2, timers.T2);
    next = clock.after(interval, again);
  }

  function stop(): void {
    clock.cancel(next);
    clock.cancel(limit);
    dialog.awaitedAck = undefined;
  }

  dialog.awaitedAck?.stop();
  dialog.awaitedAck = {
    sequence: repeat.sequence,
    stop,
    acknowledged: ack => {
      stop();
      repeat.acknowledged(ack);
    },
  };
}
