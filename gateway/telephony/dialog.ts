import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type DialogEnding, type EndListener, OfferRefused, type SipDialog } from './port.js';
import type { SipServer } from './sip-server.js';
import type { SipRequest, SipResponse, SrfDialog } from './srf.js';

const allow = 'INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE';

/** What we answer inside a dialog to requests that have no use here. */
const declined: Record<string, { status: number; headers?: Record<string, string> }> = {
  options: { status: 200, headers: { Allow: allow, Accept: 'application/sdp' } },
  refer: { status: 603 },
  // RFC 6665 4.1.3: a NOTIFY without a subscription
  notify: { status: 481 },
  message: { status: 405, headers: { Allow: allow } },
  publish: { status: 405, headers: { Allow: allow } },
  subscribe: { status: 489 },
};

/** How often an offer of ours is made again that crossed one of the peer. */
const offerTries = 5;

interface DialogEnd {
  reason: string;
  how: DialogEnding;
}

/** A dialog that was answered and acknowledged. */
export class ConfirmedDialog implements SipDialog {
  readonly callId: string;
  readonly #server: SipServer;
  readonly #dialog: SrfDialog;
  readonly #logger: Logger;
  #remoteSdp: string;
  #ending?: Promise<void>;
  #endedBecause?: DialogEnd;
  #onEnded?: EndListener;
  #answer?: (offer: string) => Promise<string>;
  #negotiating = false;
  /** Our offers, one after the other. */
  #offers: Promise<unknown> = Promise.resolve();
  #offering = false;
  readonly #forget: () => void;
  #whenOver: (() => void) | undefined;

  /** @param theirs the peer began it: its name is the SIP server's for it, which the Call-ID alone does not tell */
  constructor(server: SipServer, dialog: SrfDialog, logger: Logger, { theirs = false } = {}) {
    this.#server = server;
    this.#dialog = dialog;
    this.callId = theirs ? dialog.id : dialog.sip.callId;
    this.#logger = logger.child({ callId: this.callId });
    this.#remoteSdp = dialog.remote.sdp;
    this.#forget = server.onRelogin(() => void this.claim());
    dialog.on('destroy', (request: SipRequest, reason: string) =>
      this.#ended({ reason, how: saysFailure(request.get('Reason')) ? 'failed' : 'hung_up' }),
    );
    dialog.on('modify', (request: SipRequest, response: SipResponse) => this.#reoffered(request, response));
    dialog.on('update', (request: SipRequest, response: SipResponse) => {
      if (request.body) this.#reoffered(request, response);
      else response.send(200);
    });
    dialog.on('info', (request: SipRequest, response: SipResponse) => {
      // Digits come by RFC 4733, in the media; an empty INFO only asks whether we are alive.
      response.send(request.body ? 415 : 200);
    });
    for (const [method, { status, headers }] of Object.entries(declined)) {
      dialog.on(method, (_request: SipRequest, response: SipResponse) => response.send(status, { headers }));
    }
  }

  get remoteSdp(): string {
    return this.#remoteSdp;
  }

  /** The ACK brought the peer's answer to an offer of ours. */
  answeredWith(sdp: string): this {
    this.#remoteSdp = sdp;
    return this;
  }

  end(): Promise<void> {
    this.#ending ??= this.#endedBecause === undefined ? this.#hangUp() : Promise.resolve();
    return this.#ending;
  }

  /** Called once when the dialog is over, whoever ended it. */
  whenOver(listener: () => void): void {
    this.#whenOver = listener;
    if (this.#endedBecause !== undefined) this.#over();
  }

  onEnded(listener: EndListener): void {
    this.#onEnded = listener;
    const end = this.#endedBecause;
    if (end !== undefined) queueMicrotask(() => this.#tell(end));
  }

  onReoffer(answer: (offer: string) => Promise<string>): void {
    this.#answer = answer;
  }

  reinvite(offer: string): Promise<string> {
    const answer = this.#offers.then(() => this.#offer(offer));
    this.#offers = answer.catch(() => undefined);
    return answer;
  }

  async #offer(offer: string): Promise<string> {
    for (let left = offerTries; ; left--) {
      this.#throwIfOver();
      // RFC 3261 14.1: not while an offer of the peer is open
      const response = this.#negotiating ? undefined : await this.#sendOffer(offer);
      const crossed = response === undefined || response.status === 491;
      if (!crossed) return this.#taken(offer, response);
      if (left === 1) throw new OfferRefused('The offer crossed offers of the peer, again and again', 491);
      // RFC 3261 14.1: we made the Call-ID
      await delay(randomInt(210, 401) * 10);
    }
  }

  async #sendOffer(offer: string): Promise<SipResponse> {
    this.#offering = true;
    try {
      return await this.#server.request('sip:placeholder', {
        method: 'INVITE',
        stackDialogId: this.#dialog.id,
        headers: { Contact: this.#dialog.local.contact, 'Content-Type': 'application/sdp' },
        body: offer,
      });
    } catch (error) {
      throw new OfferRefused(error instanceof Error ? error.message : String(error));
    } finally {
      this.#offering = false;
    }
  }

  #taken(offer: string, { status, reason, body }: SipResponse): string {
    // RFC 3261 12.2.1.2: these end the dialog
    if (status === 481 || status === 408) this.#ended({ reason: 'unknown to the peer', how: 'failed' });
    if (status >= 300) throw new OfferRefused(`${status} ${reason ?? ''}`.trim(), status);
    if (!body) throw new OfferRefused('The peer answered without a session description', status);
    this.#dialog.local.sdp = offer;
    this.#remoteSdp = body;
    return body;
  }

  #throwIfOver(): void {
    if (this.#ending || this.#endedBecause !== undefined) throw new OfferRefused('The dialog has ended');
  }

  /**
   * After the connection to the SIP server was lost, by this gateway or by the one that began the dialog: takes it over,
   * which the server keeps only for a while for somebody to name it, and finds out whether the peer ended it meanwhile.
   */
  async claim(): Promise<void> {
    try {
      const stackDialogId = this.#dialog.id;
      const response = await this.#server.request('sip:placeholder', { method: 'OPTIONS', stackDialogId });
      // RFC 3261 12.2.1.2: these end the dialog
      if (response.status === 481 || response.status === 408)
        this.#ended({ reason: 'unknown to the peer', how: 'failed' });
    } catch (error) {
      if (this.#server.connected()) this.#ended({ reason: 'lost by the SIP server', how: 'dropped' });
      else this.#logger.debug({ err: error }, 'the SIP server was lost again');
    }
  }

  async #hangUp(): Promise<void> {
    this.#forget();
    let off: () => void = () => undefined;
    const lost = new Promise<'lost'>(resolve => {
      off = this.#server.onLost(() => resolve('lost'));
    });
    const farewell = this.#dialog.destroy().then(
      () => 'done' as const,
      (error: Error & { code?: string }) =>
        error.code === 'ENODIALOG' ? ('done' as const) : ('lost' as const),
    );
    this.#server.farewell(farewell);
    if ((await Promise.race([farewell, lost])) === 'lost') {
      this.#server.srf.removeDialog(this.#dialog);
      // The dialog of srf is tied to the socket it was made on; the SIP server is not.
      this.#server.whenConnected(() => this.#server.bye(this.#dialog.id));
    }
    off();
    this.#over();
  }

  #over(): void {
    this.#whenOver?.();
    this.#whenOver = undefined;
  }

  #ended(end: DialogEnd): void {
    if (this.#endedBecause !== undefined) return;
    this.#endedBecause = end;
    this.#forget();
    this.#server.srf.removeDialog(this.#dialog);
    this.#over();
    this.#tell(end);
  }

  #tell(end: DialogEnd): void {
    const listener = this.#onEnded;
    if (!listener || this.#ending) return;
    this.#onEnded = undefined;
    listener(end.reason, end.how);
  }

  async #reoffered(request: SipRequest, response: SipResponse): Promise<void> {
    const offer = request.body;
    if (this.#negotiating) {
      // RFC 3261 14.2: a second offer before the first is answered
      response.send(500, { headers: { 'Retry-After': '1' } });
      return;
    }
    // RFC 3261 14.2: an offer of ours is open; or nobody is there yet who could answer
    if (this.#offering || !this.#answer) {
      response.send(491);
      return;
    }
    if (!offer) {
      this.#offerAnew(this.#answer, request, response);
      return;
    }
    this.#negotiating = true;
    try {
      const body = await this.#answer(offer);
      this.#remoteSdp = offer;
      this.#dialog.local.sdp = body;
      response.send(200, { body, headers: { 'Content-Type': 'application/sdp' } });
    } catch (error) {
      this.#logger.info({ err: error }, 'offer of the peer not acceptable');
      response.send(488);
    } finally {
      this.#negotiating = false;
    }
  }

  /**
   * The peer wants our offer, and the ACK brings his answer (RFC 3261 14.2): a refreshed session, or the end of his hold.
   * What our side wants is told, not what he wanted when he held (RFC 6337 5.3): he would be on hold for good.
   */
  #offerAnew(take: (answer: string) => Promise<string>, request: SipRequest, response: SipResponse): void {
    this.#negotiating = true;
    const sequence = sequenceOf(request);
    const taken = async (ack: SipRequest) => {
      if (sequenceOf(ack) !== sequence) return;
      this.#dialog.off('ack', taken);
      try {
        if (!ack.body) return;
        this.#remoteSdp = ack.body;
        // The media server takes it as an offer: what it would answer is what we have offered.
        this.#dialog.local.sdp = await take(ack.body);
      } catch (error) {
        this.#logger.info({ err: error }, 'answer of the peer not acceptable');
      } finally {
        this.#negotiating = false;
      }
    };
    this.#dialog.on('ack', taken);
    const body = offeringAll(this.#dialog.local.sdp);
    response.send(200, { body, headers: { 'Content-Type': 'application/sdp' } });
  }
}

/** Of the INVITE that it is, or acknowledges. */
function sequenceOf(request: SipRequest): number {
  return Number.parseInt(request.get('CSeq') ?? '', 10);
}

/** Our description with audio both ways, in the next version of it (RFC 3264 8) where that is not what it says. */
function offeringAll(sdp: string): string {
  const offer = sdp.replace(/^a=(?:recvonly|sendonly|inactive)\r?$/gm, 'a=sendrecv\r');
  if (offer === sdp) return sdp;
  return offer.replace(
    /^(o=\S+ \S+ )(\d+)/m,
    (_line, head: string, version) => `${head}${BigInt(version) + 1n}`,
  );
}

/** RFC 3326: whoever gives a failure as the reason of his BYE has not hung up; his end has given the call up by itself. */
function saysFailure(reason: string | undefined): boolean {
  const cause = /^\s*SIP\s*;(?:[^,]*;)?\s*cause\s*=\s*(\d{3})/i.exec(reason ?? '')?.[1];
  return Number(cause) >= 400;
}
