import type { Sql } from '../store/index.js';
import type { CallOutcome } from '../telephony/index.js';

export interface LegParty {
  tenantId: string;
  interactionId: string;
  role: 'agent' | 'customer';
  userId?: string;
  phone?: string;
}

export type LegOutcome = CallOutcome | 'answered' | 'lost';

export interface LegView {
  id: string;
  role: 'agent' | 'customer';
  party: string;
  state: 'ringing' | 'answered' | 'ended';
  outcome: LegOutcome | null;
  sipStatus: number | null;
  endedBy: 'us' | 'peer' | null;
  startedAt: Date;
  answeredAt: Date | null;
  endedAt: Date | null;
}

export interface LegEnding {
  outcome: LegOutcome;
  endedBy: 'us' | 'peer';
  sipStatus?: number | undefined;
}

/**
 * The fate of one leg in the store. Its statements are written behind each other and never waited for by the call:
 * audio does not wait for a disk. `settled` is what a shutdown waits for.
 */
export class LegRecord {
  readonly #sql: Sql;
  readonly #party: LegParty;
  readonly #onError: (error: unknown) => void;
  #id: Promise<string> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(sql: Sql, party: LegParty, onError: (error: unknown) => void) {
    this.#sql = sql;
    this.#party = party;
    this.#onError = onError;
  }

  get settled(): Promise<unknown> {
    return this.#last;
  }

  /** An INVITE is out. A second one (another trunk, another softphone) takes the first one's place. */
  started(callId: string | null): void {
    const { tenantId, interactionId, role, userId, phone } = this.#party;
    if (this.#id) {
      this.#update(
        (sql, id) => sql`update legs set call_id = ${callId} where tenant_id = ${tenantId} and id = ${id}`,
      );
      return;
    }
    this.#id = this.#then(async () => {
      const [row] = await this.#sql<{ id: string }[]>`
        insert into legs (tenant_id, interaction_id, role, user_id, phone, call_id)
        values (${tenantId}, ${interactionId}, ${role}, ${userId ?? null}, ${phone ?? null}, ${callId})
        returning id`;
      return row?.id ?? '';
    });
  }

  answered(): void {
    this.#update(
      (sql, id) => sql`
        update legs set state = 'answered', answered_at = clock_timestamp()
        where tenant_id = ${this.#party.tenantId} and id = ${id} and state = 'ringing'`,
    );
  }

  ended({ outcome, endedBy, sipStatus }: LegEnding): void {
    if (!this.#id) this.started(null);
    this.#update(
      (sql, id) => sql`
        update legs set state = 'ended', outcome = ${outcome}, ended_by = ${endedBy}, sip_status = ${sipStatus ?? null},
          ended_at = clock_timestamp()
        where tenant_id = ${this.#party.tenantId} and id = ${id} and state <> 'ended'`,
    );
  }

  #update(statement: (sql: Sql, id: string) => PromiseLike<unknown>): void {
    const id = this.#id;
    if (id) void this.#then(async () => await statement(this.#sql, await id));
  }

  #then<T>(step: () => Promise<T>): Promise<T> {
    const next = this.#last.then(step);
    this.#last = next.catch(this.#onError);
    return next;
  }
}

/** The legs of an interaction, oldest first. */
export function legsOf(sql: Sql, tenantId: string, interactionId: string) {
  return sql<LegView[]>`
    select l.id, l.role, coalesce(u.name, l.phone, '') as party, l.state, l.outcome, l.sip_status as "sipStatus",
      l.ended_by as "endedBy", l.started_at as "startedAt", l.answered_at as "answeredAt", l.ended_at as "endedAt"
    from legs l left join users u on u.tenant_id = l.tenant_id and u.id = l.user_id
    where l.tenant_id = ${tenantId} and l.interaction_id = ${interactionId} order by l.started_at, l.id limit 200`;
}

/**
 * Takes every leg that is not ended off the books and names its dialog: they belong to a run of the gateway that is
 * no more.
 */
export async function closeStaleLegs(sql: Sql): Promise<string[]> {
  const rows = await sql<{ callId: string | null }[]>`
    update legs set state = 'ended', outcome = 'lost', ended_by = 'us', ended_at = clock_timestamp()
    where state <> 'ended' returning call_id as "callId"`;
  return rows.flatMap(({ callId }) => callId ?? []);
}
