import type { SoftphoneAccess } from '../api/types.js';
import { type Observable, Store } from '../store.js';
import { type CallEvent, type CallPhase, isUp, nextCall } from './call.js';
import type { LineState } from './line.js';
import { countsOf, type LineCounts } from './line-figures.js';
import { Registration } from './registration.js';
import type { SipAgentFactory, SipSession } from './sip-agent.js';

export interface CallState {
  phase: CallPhase;
  /** What the call is about; null when there is none. */
  interactionId: string | null;
  muted: boolean;
  /** Whatever the microphone hears is nobody's business: the other side is on hold. */
  silent: boolean;
  /** The last call had no audio, or lost it. */
  mediaFailed: boolean;
}

export interface SoftphoneOptions {
  hold: (signal: AbortSignal, onTaken: () => void) => Promise<void>;
  access: () => Promise<SoftphoneAccess>;
  createAgent: SipAgentFactory;
  microphone: { open(): Promise<MediaStream>; close(stream: MediaStream): void };
  /** Whether the call of this id, a mere test, ends where another one comes. */
  givesWay: (id: string) => boolean;
  speaker: { attach(connection: RTCPeerConnection): void; release(): void };
}

/** One line, one call, and what may be done with it. */
export class Softphone {
  readonly #call = new Store<CallState>({
    phase: 'idle',
    interactionId: null,
    muted: false,
    silent: false,
    mediaFailed: false,
  });
  readonly #registration: Registration;
  #session: { sip: SipSession; iceServers: RTCIceServer[]; connection?: RTCPeerConnection } | null = null;
  #stream: MediaStream | null = null;
  /** The interaction that the agent has accepted and whose INVITE has not been answered yet. */
  #accepted: string | null = null;

  constructor(private readonly options: SoftphoneOptions) {
    this.#registration = new Registration({
      hold: options.hold,
      access: options.access,
      createAgent: options.createAgent,
      onInvited: (session, iceServers) => this.#invited(session, iceServers),
      busy: () => this.#session !== null,
    });
  }

  get line(): Observable<LineState> {
    return this.#registration.line;
  }

  get call(): Observable<CallState> {
    return this.#call;
  }

  start(): void {
    this.#registration.start();
  }

  /** Hangs up and unregisters. */
  async stop(): Promise<void> {
    this.hangUp();
    this.forget();
    await this.#registration.stop();
  }

  retry(): void {
    this.#registration.retry();
  }

  /** The network is another one, or may be: registers over a connection that is made anew. A call goes on. */
  reconnect(): void {
    this.#registration.reconnect();
  }

  /** Opens the microphone for the call to come. Rejects with `MicrophoneError`; then there is nothing to undo. */
  async prepare(): Promise<void> {
    const stream = await this.options.microphone.open();
    this.#releaseStream();
    this.#stream = stream;
  }

  /** Another microphone was chosen: the call that goes on is spoken into that. Rejects with `MicrophoneError`. */
  async changeMicrophone(): Promise<void> {
    const sip = this.#session?.sip;
    if (!sip || !isUp(this.#call.get().phase)) return;
    const stream = await this.options.microphone.open();
    if (sip !== this.#session?.sip) return this.options.microphone.close(stream);
    await sip.speakThrough(stream);
    this.#releaseStream();
    this.#stream = stream;
  }

  /** After `prepare`: answers the call of this interaction, now or when its INVITE comes. */
  answer(interactionId: string): void {
    this.#accepted = interactionId;
    this.#answerAccepted();
  }

  /** After `prepare`: there is no such call, and there will be none. */
  forget(): void {
    this.#accepted = null;
    const { phase } = this.#call.get();
    if (phase === 'idle' || phase === 'ringing') this.#releaseStream();
  }

  hangUp(): void {
    this.#session?.sip.end();
  }

  setMuted(muted: boolean): void {
    if (!this.#session || !isUp(this.#call.get().phase)) return;
    this.#set({ muted });
    this.#mute();
  }

  /** Nothing is sent while the server has the other side on hold; of the calls to come, too. */
  silence(silent: boolean): void {
    if (silent === this.#call.get().silent) return;
    this.#set({ silent });
    this.#mute();
  }

  #mute(): void {
    const { phase, muted, silent } = this.#call.get();
    if (isUp(phase)) this.#session?.sip.mute(muted || silent);
  }

  /** What the browser says of the line; undefined where there is none, or nothing to say. */
  async counts(): Promise<LineCounts | undefined> {
    const report = await this.#session?.connection?.getStats();
    return report && countsOf(report as unknown as Iterable<[string, unknown]>);
  }

  /** Puts the other side on hold, or takes it back; does nothing while a change is under way. */
  toggleHold(): void {
    const sip = this.#session?.sip;
    const { phase } = this.#call.get();
    const agreed = (event: CallEvent) => () => {
      if (this.#session?.sip === sip) this.#event(event);
    };
    if (phase === 'connected' && sip?.hold(agreed('held'))) this.#event('hold');
    else if (phase === 'held' && sip?.resume(agreed('resumed'))) this.#event('resume');
  }

  /** One of 0–9, *, #. */
  sendTone(tone: string): void {
    if (isUp(this.#call.get().phase)) this.#session?.sip.sendTone(tone);
  }

  #invited(sip: SipSession, iceServers: RTCIceServer[]): void {
    const running = this.#session?.sip;
    const replaced =
      running?.interactionId != null &&
      (running.interactionId === sip.interactionId || this.options.givesWay(running.interactionId));
    if (running && !replaced) {
      sip.refuse();
      return;
    }
    // The server calls back into the talk whose line it has lost, and what is left of that line here is void; or a test ends.
    if (running) this.#replace(running);
    this.#session = { sip, iceServers };
    sip.onPeerConnection(connection => {
      this.options.speaker.attach(connection);
      if (sip === this.#session?.sip) this.#session.connection = connection;
      connection.addEventListener('iceconnectionstatechange', () => {
        if (connection.iceConnectionState === 'disconnected' && sip === this.#session?.sip) this.reconnect();
      });
    });
    sip.onConfirmed(() => {
      this.#event('confirmed');
      if (this.#call.get().silent) this.#mute();
    });
    sip.onEnded(reason => this.#ended(sip, reason === 'media'));
    this.#set({ interactionId: sip.interactionId, mediaFailed: false });
    this.#event('invited');
    this.#answerAccepted();
  }

  #answerAccepted(): void {
    const { phase, interactionId } = this.#call.get();
    if (phase !== 'ringing' || this.#accepted === null || interactionId !== this.#accepted) return;
    if (!this.#session || !this.#stream) return;
    this.#accepted = null;
    this.#event('answer');
    this.#session.sip.answer(this.#stream, this.#session.iceServers);
  }

  #replace(sip: SipSession): void {
    this.#ended(sip, false);
    sip.end();
  }

  #ended(sip: SipSession, mediaFailed: boolean): void {
    if (sip !== this.#session?.sip) return;
    this.#session = null;
    this.options.speaker.release();
    // While an accepted call is awaited, the microphone is that call's and not the ended one's.
    if (this.#accepted === null) this.#releaseStream();
    this.#set({ interactionId: null, muted: false, mediaFailed });
    this.#event('ended');
    this.#registration.release();
  }

  #releaseStream(): void {
    if (this.#stream) this.options.microphone.close(this.#stream);
    this.#stream = null;
  }

  #event(event: CallEvent): void {
    this.#set({ phase: nextCall(this.#call.get().phase, event) });
  }

  #set(change: Partial<CallState>): void {
    this.#call.update(call => ({ ...call, ...change }));
  }
}
