/**
 * What becomes of each call, for whoever keeps records of calls. A call is an INVITE outside a dialog: it has one
 * attempt, one start if it is answered, and one stop, whoever ends it and however.
 */
export type CallSource = 'network' | 'application';

/** Which part this server has in it. */
export type CallRole = 'uac' | 'uas' | 'proxy-uac' | 'proxy-uas';

/** In the words of drachtio's cdr:stop. */
export type StopReason =
  | 'call-rejected'
  | 'call-canceled'
  | 'normal-release'
  | 'session-expired'
  | 'system-initiated-termination'
  | 'system-error-initiated-termination';

/** Told of all calls. The texts are SIP messages: the INVITE, its 2xx, and what ended it. */
export interface CallObserver {
  attempt(source: CallSource, invite: string): void;
  start(source: CallSource, role: CallRole, success: string): void;
  stop(source: CallSource, reason: StopReason, message: string): void;
}

export class Call {
  /** What there is to show for an end without a message of its own: the INVITE, later its 2xx. */
  #last: string;
  #started = false;
  #stopped = false;

  constructor(
    private readonly observer: CallObserver,
    source: CallSource,
    private role: CallRole,
    invite: string,
  ) {
    this.#last = invite;
    observer.attempt(source, invite);
  }

  /** It goes on to others: what becomes of it is what they make of it. */
  forwarded(): void {
    this.role = 'proxy-uas';
  }

  /** Only the first 2xx counts: it is repeated. */
  answered(source: CallSource, success: string): void {
    if (this.#started || this.#stopped) return;
    this.#started = true;
    this.#last = success;
    this.observer.start(source, this.role, success);
  }

  /** A final response that is no success. A 487 says that the caller gave up: of a call to us the INVITE shows it. */
  failed(source: CallSource, status: number, response: string): void {
    if (status !== 487) this.ended(source, 'call-rejected', response);
    else if (this.role === 'uas' || this.role === 'proxy-uas') this.ended('network', 'call-canceled');
    else this.ended(source, 'call-canceled', response);
  }

  /** Only the first end counts. */
  ended(source: CallSource, reason: StopReason, message = this.#last): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#last = '';
    this.observer.stop(source, reason, message);
  }
}
