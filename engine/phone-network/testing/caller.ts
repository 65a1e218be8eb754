/** Somebody who calls: drachtio-srf on a SIP server of its own, with a telephone over plain RTP. */
import { EventEmitter, once } from 'node:events';
import { pino } from 'pino';
import { RtpPeer } from '../../../test/support/audio.js';
import { defaultSipServerOptions } from '../../sip/options.js';
import { startSipServer } from '../../sip/server.js';
import { createSrf, type SrfClient } from '../srf.js';

interface Provisional {
  status: number;
  body?: string;
}

/** What the caller can do with an answered call. */
export interface CallerDialog extends EventEmitter {
  remote: { sdp: string };
  destroy(): Promise<unknown>;
  modify(sdp: string): Promise<string>;
}

/** What comes of an INVITE without an offer: theirs, and the way to answer it. */
export interface LateOffer {
  sdp: string;
  ack(answer: string): Promise<CallerDialog>;
}

interface CallerSrf extends SrfClient {
  createUAC(
    uri: string,
    options: {
      localSdp?: string;
      noAck?: boolean;
      auth?: { username: string; password: string };
      callingNumber?: string;
    },
    callbacks: {
      cbRequest(error: Error | null, request: { cancel(): void }): void;
      cbProvisional(response: Provisional): void;
    },
  ): Promise<CallerDialog | LateOffer>;
}

/** One call that is being made. */
export class Attempt extends EventEmitter<{ progress: [Provisional] }> {
  readonly progress: Provisional[] = [];
  answered!: Promise<CallerDialog>;
  cancel!: () => void;

  /** Resolves with the first provisional response of that status. */
  async reached(status: number): Promise<Provisional> {
    for (;;) {
      const found = this.progress.find(response => response.status === status);
      if (found) return found;
      await once(this, 'progress');
    }
  }
}

export interface Caller {
  /** Calls a number of the network at `udp`; `from` is the caller's own. */
  call(
    number: string,
    sdp: string | undefined,
    auth?: { username: string; password: string },
    from?: string,
  ): Attempt;
  phone: RtpPeer;
  close(): Promise<void>;
}

/** @param phone its audio, which stays its owner's; one of its own by default */
export async function openCaller(udp: { host: string; port: number }, phone?: RtpPeer): Promise<Caller> {
  const secret = 'of the caller in this test';
  const log = pino({ level: 'silent' });
  const address = { host: '127.0.0.1', port: 0 };
  const options = {
    ...defaultSipServerOptions,
    control: address,
    udp: [address],
    secret,
    userAgent: { ...defaultSipServerOptions.userAgent, orphanGraceMs: 0 },
  };
  const sip = await startSipServer(options, { log });
  const srf = createSrf() as CallerSrf;
  srf.connect({ ...sip.control, secret });
  await once(srf, 'connect');
  const handset = phone ?? (await RtpPeer.open());
  return {
    phone: handset,
    call: (number, sdp, auth, from) => {
      const attempt = new Attempt();
      attempt.answered = srf.createUAC(
        `sip:${number}@${udp.host}:${udp.port}`,
        sdp === undefined
          ? { noAck: true }
          : { localSdp: sdp, ...(auth && { auth }), ...(from && { callingNumber: from }) },
        {
          cbRequest: (_error, request) => {
            attempt.cancel = () => request.cancel();
          },
          cbProvisional: response => {
            attempt.progress.push(response);
            attempt.emit('progress', response);
          },
        },
      ) as Promise<CallerDialog>;
      // Whoever waits for it sees the rejection; a test that only cancels need not.
      attempt.answered.catch(() => undefined);
      return attempt;
    },
    close: async () => {
      if (!phone) handset.close();
      srf.disconnect();
      await sip.close();
    },
  };
}
