/** A telephone at the end of the trunk that rings, is picked up or not, and answers whatever comes within its calls. */
import { EventEmitter, once } from 'node:events';
import type { Direction } from '../../engine/media/sdp/direction.js';
import type { SipRequest } from '../../engine/sip/message/message.js';
import { peerRequest, UdpPeer } from '../../engine/sip/testing/peer.js';
import { RtpPeer } from './audio.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

interface PhoneCall {
  invite: SipRequest;
  state: 'ringing' | 'talking' | 'over';
  /** `Date.now()`. */
  startedAt: number;
  endedAt: number | undefined;
  /** Of its own requests. */
  sequence: number;
}

export class Phone {
  readonly #calls = new Map<string, PhoneCall>();
  readonly #changes = new EventEmitter<{ change: [] }>();
  /** Whether it is picked up as soon as it rings. */
  answers = true;
  #declines: number | undefined;
  /** Numbers at which it is not picked up. */
  readonly #unanswered = new Set<string>();
  /** Numbers with a voice and an ear of their own. */
  readonly #audios = new Map<string, RtpPeer>();

  private constructor(
    readonly peer: UdpPeer,
    /** Its voice and its ear. */
    readonly audio: RtpPeer,
  ) {}

  static async open(
    t: Teardown,
    { trunkPort, sipUdpPort }: { trunkPort: number; sipUdpPort: number },
  ): Promise<Phone> {
    const [peer, audio] = await Promise.all([
      UdpPeer.open({ host: '127.0.0.1', port: sipUdpPort }, trunkPort),
      RtpPeer.open(['PCMU']),
    ]);
    t.teardown(() => Promise.all([peer.close(), audio.close()]));
    const phone = new Phone(peer, audio);
    void phone.#each('INVITE', invite => phone.#ring(invite));
    void phone.#each('CANCEL', cancel => phone.#cancelled(cancel));
    void phone.#each('BYE', bye => phone.#ended(bye));
    void phone.#each('OPTIONS', request => peer.respond(request, 200));
    void phone.#each('ACK', () => undefined);
    return phone;
  }

  /** How often it was called in all. */
  get called(): number {
    return this.#calls.size;
  }

  count(state: PhoneCall['state']): number {
    return [...this.#calls.values()].filter(call => call.state === state).length;
  }

  /** The calls that this number has got, in order. */
  callsTo(number: string): readonly Readonly<PhoneCall>[] {
    return [...this.#calls.values()].filter(({ invite }) => numberOf(invite) === number);
  }

  /** Resolves when it rings at this number. */
  async ringsAt(number: string): Promise<void> {
    const signal = AbortSignal.timeout(60_000);
    while (!this.callsTo(number).some(({ state }) => state === 'ringing'))
      await once(this.#changes, 'change', { signal });
  }

  /** Whether it is picked up at this number, in the place of `answers`. */
  pickUpAt(number: string, on: boolean): void {
    if (on) this.#unanswered.delete(number);
    else this.#unanswered.add(number);
    for (const call of this.#calls.values())
      if (on && call.state === 'ringing' && numberOf(call.invite) === number) this.#answer(call);
  }

  /** Another voice and ear at this number: several can talk at the same time. */
  speakAt(number: string, audio: RtpPeer): void {
    this.#audios.set(number, audio);
  }

  /** The calls in which it talks. */
  get talks(): readonly Readonly<PhoneCall>[] {
    return [...this.#calls.values()].filter(({ state }) => state === 'talking');
  }

  /** Resolves when so many of its calls are in the state. */
  async until(state: PhoneCall['state'], count: number, waitMs = 60_000): Promise<void> {
    const signal = AbortSignal.timeout(waitMs);
    while (this.count(state) !== count) {
      await once(this.#changes, 'change', { signal }).catch(error => {
        if (!signal.aborted) throw error;
        const states = [...this.#calls.values()].map(call => call.state).join(', ');
        throw new Error(`the phone has not ${count} calls ${state} but: ${states || 'none'}`);
      });
    }
  }

  /** The last INVITE it got. */
  get lastInvite(): SipRequest | undefined {
    return [...this.#calls.values()].at(-1)?.invite;
  }

  /** From now on it declines what comes, with this status. */
  decline(status: number): void {
    this.#declines = status;
  }

  /** Picks up what rings. */
  pickUp(): void {
    for (const call of this.#calls.values()) if (call.state === 'ringing') this.#answer(call);
  }

  /** Hangs up what talks. */
  hangUp(): void {
    for (const call of this.#calls.values()) {
      if (call.state !== 'talking') continue;
      call.sequence += 1;
      this.#send(call, 'BYE');
      this.#become(call, 'over');
    }
  }

  /**
   * In the call that talks, it wants its audio to flow this way from now on (RFC 3264 8.4).
   * @param late it does not offer, but answers an offer of the other side in its ACK
   * @returns which way the other side answers or offers
   */
  async reoffer(direction: Direction, { late = false } = {}): Promise<string | undefined> {
    const call = [...this.#calls.values()].find(({ state }) => state === 'talking');
    if (!call) throw new Error('the phone does not talk');
    const sequence = ++call.sequence;
    const own = this.#audioOf(call).sdp(direction, sequence + 1);
    this.#send(call, 'INVITE', late ? '' : own);
    const { status, body } = await this.peer.final('INVITE', sequence);
    if (status !== 200) throw new Error(`the phone's offer was refused: ${status}`);
    this.#send({ ...call, sequence }, 'ACK', late ? own : '');
    return /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(body)?.[1];
  }

  #send({ invite, sequence }: PhoneCall, method: string, body = ''): void {
    const contact = `<${this.peer.contact}>`;
    this.peer.sendText(
      peerRequest(this.peer, {
        ...{ method, sequence, body },
        uri: /<([^>]+)>/.exec(invite.first('contact') ?? '')?.[1] ?? '',
        callId: invite.callId,
        from: `${invite.to};tag=phone`,
        to: invite.from,
        headers: method === 'INVITE' ? [['Contact', contact]] : [],
      }),
    );
  }

  async #each(method: string, act: (request: SipRequest) => void): Promise<void> {
    for (;;) act(await this.peer.request(method));
  }

  #become(call: PhoneCall, state: PhoneCall['state']): void {
    call.state = state;
    if (state === 'over') call.endedAt = Date.now();
    this.#changes.emit('change');
  }

  #ring(invite: SipRequest): void {
    const known = this.#calls.get(invite.callId);
    if (known?.state === 'talking') this.#answer({ ...known, invite });
    if (known) return;
    const call: PhoneCall = {
      ...{ invite, state: 'ringing', sequence: 0 },
      ...{ startedAt: Date.now(), endedAt: undefined },
    };
    this.#calls.set(invite.callId, call);
    this.peer.respond(invite, 180, { tag: 'phone' });
    this.#changes.emit('change');
    if (this.#declines !== undefined) {
      this.peer.respond(invite, this.#declines, { tag: 'phone' });
      this.#become(call, 'over');
    } else if (this.answers && !this.#unanswered.has(numberOf(invite))) this.#answer(call);
  }

  #answer(call: PhoneCall): void {
    const audio = this.#audioOf(call);
    if (call.invite.body) audio.connect(call.invite.body);
    this.peer.respond(call.invite, 200, { tag: 'phone', body: audio.sdp() });
    this.#become(call, 'talking');
  }

  #audioOf({ invite }: PhoneCall): RtpPeer {
    return this.#audios.get(numberOf(invite)) ?? this.audio;
  }

  #cancelled(cancel: SipRequest): void {
    this.peer.respond(cancel, 200, { tag: 'phone' });
    const call = this.#calls.get(cancel.callId);
    if (call?.state !== 'ringing') return;
    this.peer.respond(call.invite, 487, { tag: 'phone' });
    this.#become(call, 'over');
  }

  #ended(bye: SipRequest): void {
    this.peer.respond(bye, 200);
    const call = this.#calls.get(bye.callId);
    if (call) this.#become(call, 'over');
  }
}

/** The number that is called. */
function numberOf({ uri }: SipRequest): string {
  return /^sips?:([^@;]+)@/.exec(uri)?.[1] ?? '';
}
