import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { toneClip } from '../media/audio/tones.js';
import type { RtpEndpoint } from '../media/endpoint/rtp-endpoint.js';
import { MediaFault } from '../media/fault.js';
import type { Behaviour } from './behaviours.js';
import { echo } from './echo.js';
import type { Handsets } from './handsets.js';
import type { SipDialog, SipRequest, SipResponse, SrfClient } from './srf.js';
import { greetingClip, keyClip } from './voice.js';

/** A phone that nobody picks up stops ringing in the end, as in any network (RFC 3261 16.6, timer C). */
const longestRingMs = 180_000;
const keyMs = 100;

/** Why a call is over. A cancelled one has had its 487 from the SIP server already. */
type End = 'cancelled' | 'caller hung up' | 'hung up' | 'no media' | 'network closes';

/** One call to one phone, from INVITE to the end. */
export class Call {
  readonly #over = new AbortController();
  readonly #request: SipRequest;
  readonly #response: SipResponse;
  readonly #behaviour: Behaviour;
  readonly #handsets: Handsets;

  constructor(request: SipRequest, response: SipResponse, behaviour: Behaviour, handsets: Handsets) {
    this.#request = request;
    this.#response = response;
    this.#behaviour = behaviour;
    this.#handsets = handsets;
  }

  /** Ends the call at whatever point it is; `run` then comes to its end. Safe to call more than once. */
  end(reason: End): void {
    this.#over.abort(reason);
  }

  /** Lives the call; resolves with what became of it, when everything is freed. */
  async run(srf: SrfClient): Promise<string> {
    const { refuses } = this.#behaviour;
    if (refuses) return this.#refuse(refuses.status, refuses.reason);
    // Listens before anything is awaited: a CANCEL may be the very next message.
    this.#request.on('cancel', () => this.end('cancelled'));
    let handset: RtpEndpoint;
    try {
      handset = await this.#handsets.lift(
        this.#request.get('Call-ID') ?? '',
        this.#request.body || undefined,
      );
    } catch (error) {
      if (!(error instanceof MediaFault)) throw error;
      return this.#refuse(error.code === 'no_ports' ? 503 : 488, error.message);
    }
    try {
      const unanswered = await this.#ring(handset);
      if (unanswered !== undefined) return unanswered;
      const dialog = await this.#pickUp(srf, handset);
      if (dialog === undefined) return 'cancelled';
      return await this.#talk(dialog, handset);
    } finally {
      this.#handsets.hangUp(handset);
    }
  }

  /** Rings until somebody picks up. Resolves with what happened instead, if anything. */
  async #ring(handset: RtpEndpoint): Promise<string | undefined> {
    const { earlyMedia, ringMs } = this.#behaviour;
    if (this.#over.signal.aborted) return 'cancelled';
    if (earlyMedia) {
      handset.setBackground(toneClip('ringback', 'kr'));
      this.#response.send(183, { body: handset.localSdp });
    } else {
      this.#response.send(180);
    }
    await this.#pause(ringMs ?? longestRingMs);
    handset.setBackground(undefined);
    if (this.#over.signal.reason === 'cancelled') return 'cancelled';
    return ringMs === undefined || this.#over.signal.aborted
      ? this.#refuse(480, 'Temporarily Unavailable')
      : undefined;
  }

  /** Answers with 200; undefined when a CANCEL was faster. */
  async #pickUp(srf: SrfClient, handset: RtpEndpoint): Promise<SipDialog | undefined> {
    try {
      const dialog = await srf.createUAS(this.#request, this.#response, { localSdp: handset.localSdp });
      // Without an offer in the INVITE ours is in the 200, and the answer comes with the ACK (RFC 3264 5).
      if (!this.#request.body)
        dialog.once('ack', ({ body }) => this.#orNoMedia(() => handset.accept(body ?? '')));
      return dialog;
    } catch (error) {
      if (this.#over.signal.reason === 'cancelled') return undefined;
      throw error;
    }
  }

  async #talk(dialog: SipDialog, handset: RtpEndpoint): Promise<string> {
    const { signal } = this.#over;
    dialog.on('destroy', () => this.end('caller hung up'));
    const reoffered = (request: SipRequest, response: SipResponse) =>
      void this.#reoffer(handset, request, response);
    dialog.on('modify', reoffered).on('update', reoffered);
    handset.on('lost', () => this.end('no media'));
    handset.on('digit', ({ digit }) => void handset.play([keyClip(digit)]));
    const never = setTimeout(() => {
      if (!handset.isConnected) this.end('no media');
    }, this.#handsets.rtpTimeoutMs);

    const over = once(signal, 'abort');
    if (!signal.aborted) void this.#speak(handset);
    if (!signal.aborted) await over;
    clearTimeout(never);
    const reason = signal.reason as End;
    if (reason !== 'caller hung up') await dialog.destroy();
    return reason;
  }

  /** What the person at the phone does, until it is over. */
  async #speak(handset: RtpEndpoint): Promise<void> {
    const { presses, hangsUpMs } = this.#behaviour;
    if (hangsUpMs !== undefined) void this.#pause(hangsUpMs).then(() => this.end('hung up'));
    if (presses) {
      await this.#pause(presses.afterMs);
      if (this.#over.signal.aborted) return;
      await handset.dial(presses.keys, keyMs, keyMs);
    }
    if (this.#over.signal.aborted) return;
    await handset.play([greetingClip()]);
    if (!this.#over.signal.aborted) handset.attach(echo);
  }

  /** Hold, resume, a new address: a new offer within the dialog. */
  async #reoffer(handset: RtpEndpoint, request: SipRequest, response: SipResponse): Promise<void> {
    if (!request.body) {
      // A session refresh; or an INVITE that wants our offer, which the last description is.
      response.send(200, request.method === 'INVITE' ? { body: handset.localSdp } : {});
      return;
    }
    try {
      response.send(200, { body: await handset.renegotiate(request.body) });
    } catch (error) {
      if (!(error instanceof MediaFault)) throw error;
      response.send(488);
    }
  }

  #orNoMedia(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof MediaFault)) throw error;
      this.end('no media');
    }
  }

  #refuse(status: number, reason: string): string {
    this.#response.send(status, reason);
    return `${status} ${reason}`;
  }

  /** Waits, or until the call is over. */
  async #pause(ms: number): Promise<void> {
    const { signal } = this.#over;
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
