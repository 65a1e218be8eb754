import { bridge, endConsult } from '../acd/index.js';
import {
  dialPhone,
  isLost,
  type Leg,
  type Party,
  partyAnswers,
  partyJoins,
  partyLeaves,
  partyRings,
  ringAgent,
} from '../calls/index.js';
import type { Endpoint } from '../media/index.js';
import { takeStep, untilTaken } from '../store/index.js';
import { CallFailure, type Progress } from '../telephony/index.js';
import { watchSoftphone } from './agent-side.js';
import { askColleague } from './asked-colleague.js';
import { followPhoneHold } from './phone-hold.js';
import type { ServiceParts, Turn } from './turn.js';

/** The talk that somebody is asked into. */
export interface PartyHost {
  /** Its interaction. */
  interactionId: string;
  /** What the endpoints of the talk are made beside. */
  owner: string;
  callerId: string;
  ringSeconds: number;
  /** The file with the music for whoever is held. */
  music: string;
  /** Of the customer: what a supervisor's softphone shows. */
  phone: string | null;
  /** What is heard while a number outside is called. */
  onProgress: (progress: Progress, endpoint: Endpoint) => void;
  /** He is there, and is to be heard. */
  onAnswered: (line: PartyLine) => void;
  /** He is no longer there, or does not come. */
  onOver: (line: PartyLine) => void;
}

/** One who is asked into a talk: called, there, and gone again; a leg at most. Each step is a statement. */
export class PartyLine {
  readonly #parts: ServiceParts;
  readonly #host: PartyHost;
  /** Aborted with why he is not wanted any more. */
  readonly #unwanted = new AbortController();
  #handedOver = false;
  #leg: Leg | undefined;

  constructor(
    parts: ServiceParts,
    public party: Party,
    host: PartyHost,
  ) {
    this.#parts = parts;
    this.#host = host;
  }

  /** Once he has answered. */
  get leg(): Leg | undefined {
    return this.#leg;
  }

  /** Nobody wants him any more; resolves when `run` does. */
  withdraw(reason: string): void {
    this.#unwanted.abort(reason);
    this.#leg?.end().catch(error => this.#parts.logger.warn({ err: error }, 'leg not freed'));
  }

  /** His leg is somebody else's affair from now on: he goes on as the agent. */
  handOver(): Leg | undefined {
    this.#handedOver = true;
    this.#unwanted.abort('took_over');
    return this.#leg;
  }

  /** From the asking until he is gone. Never throws. */
  async run(): Promise<void> {
    const { logger, sql } = this.#parts;
    let reason = 'failed';
    try {
      reason = await this.#attend();
    } catch (error) {
      logger.error({ err: error, partyId: this.party.id }, 'party failed unexpectedly');
      await this.#leg?.end();
    }
    if (!this.#handedOver) {
      try {
        const { tenantId, partId } = this.party;
        if (partId) await untilTaken(() => endConsult(sql, { id: partId, tenantId }));
        await untilTaken(() => partyLeaves(sql, this.party, reason));
      } catch (error) {
        logger.error({ err: error, partyId: this.party.id }, 'the end of a party is not written down');
      }
    }
    this.#host.onOver(this);
  }

  /** Resolves with why he is gone. */
  async #attend(): Promise<string> {
    const { kind } = this.party;
    const unwanted = this.#unwanted.signal;
    try {
      if (kind === 'agent' || kind === 'queue') return await this.#colleague();
      const leg = await (kind === 'number' ? this.#dial() : this.#ringSupervisor());
      return await this.#present(leg, null);
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      return unwanted.aborted ? String(unwanted.reason) : error.outcome;
    }
  }

  async #dial(): Promise<Leg> {
    const { sql } = this.#parts;
    const { tenantId, phone } = this.party;
    const { interactionId, owner, callerId, ringSeconds, onProgress } = this.#host;
    await untilTaken(() => partyRings(sql, this.party));
    const rung = AbortSignal.timeout(ringSeconds * 1000);
    try {
      return await dialPhone(this.#parts, {
        tenantId,
        interactionId,
        owner,
        number: phone ?? '',
        callerId,
        role: 'third',
        holdMusic: this.#host.music,
        signal: AbortSignal.any([this.#unwanted.signal, rung]),
        onProgress,
      });
    } catch (error) {
      if (rung.aborted && error instanceof CallFailure) throw new CallFailure('no_answer', error.message);
      throw error;
    }
  }

  async #ringSupervisor(): Promise<Leg> {
    const { sql, telephony } = this.#parts;
    const { id, tenantId, userId } = this.party;
    const { interactionId, owner, phone, ringSeconds } = this.#host;
    const kind = userId ? await telephony.softphoneOf(tenantId, userId) : undefined;
    if (!userId || !kind) throw new CallFailure('unreachable', 'The supervisor has no softphone');
    await untilTaken(() => partyRings(sql, this.party));
    return await ringAgent(this.#parts, {
      tenantId,
      interactionId,
      owner,
      userId,
      kind,
      callerNumber: phone,
      role: 'supervisor',
      holdMusic: this.#host.music,
      reference: id,
      signal: AbortSignal.any([this.#unwanted.signal, AbortSignal.timeout(ringSeconds * 1000)]),
    });
  }

  /** Rings the colleague who is asked, or one after the other of a queue. */
  #colleague(): Promise<string> {
    const { kind, partId, tenantId } = this.party;
    if (!partId) throw new Error(`party ${this.party.id} has no piece of work`);
    const { owner, music } = this.#host;
    return askColleague(
      this.#parts,
      {
        part: { id: partId, tenantId },
        inParticular: kind === 'agent',
        owner,
        music,
        unwanted: this.#unwanted.signal,
        onRinging: () => untilTaken(() => partyRings(this.#parts.sql, this.party)),
      },
      (turn, leg) => this.#talkWith(turn, leg),
    );
  }

  async #talkWith(turn: Turn, leg: Leg): Promise<string> {
    const unwatch = watchSoftphone(this.#parts, turn, leg);
    // He may hang up at his desk, too.
    turn.stop.signal.addEventListener('abort', () => {
      if (!this.#handedOver)
        leg.end().catch(error => this.#parts.logger.warn({ err: error }, 'leg not freed'));
    });
    try {
      const begun = await takeStep(turn.interaction, ref => bridge(this.#parts.sql, ref));
      if (!begun || turn.stop.signal.aborted) {
        await leg.end();
        return String(this.#unwanted.signal.reason ?? 'hung_up');
      }
      followPhoneHold(this.#parts, turn.interaction, leg);
      return await this.#present(leg, turn.interaction.agentId);
    } finally {
      unwatch();
    }
  }

  /** He is there; resolves with why he is gone. */
  async #present(leg: Leg, userId: string | null): Promise<string> {
    const { sql } = this.#parts;
    const unwanted = this.#unwanted.signal;
    this.#leg = leg;
    const answers = this.party.role === 'consult' ? partyAnswers : partyJoins;
    const present = unwanted.aborted
      ? undefined
      : await takeStep(this.party, ref => answers(sql, ref, userId));
    if (!present) {
      await leg.end();
      return String(unwanted.reason ?? 'withdrawn');
    }
    this.party = present;
    this.#host.onAnswered(this);
    const gone = await Promise.race([
      leg.ended,
      new Promise<'handed_over'>(resolve => {
        if (this.#handedOver) resolve('handed_over');
        unwanted.addEventListener('abort', () => this.#handedOver && resolve('handed_over'));
      }),
    ]);
    if (gone === 'handed_over') return 'took_over';
    return unwanted.aborted ? String(unwanted.reason) : isLost(gone) ? 'lost' : 'hung_up';
  }
}
