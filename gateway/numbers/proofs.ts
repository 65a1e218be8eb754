import { randomInt } from 'node:crypto';
import { ApiError } from '../errors.js';
import { type Sql, transaction } from '../store/index.js';
import { type Administrator, auditEvent } from '../tenants/index.js';

/** How long the code may be typed in, how often wrongly, and how often a number may be called for it. */
const limits = { minutes: 10, tries: 5, callsPerHour: 3, callsPerCompanyAndDay: 30 };

/** A call whose gateway has gone is over after this. */
const longestCallMinutes = 3;

export type ProofState = 'calling' | 'speaking' | 'spoken' | 'failed';

/** The newest call for a number, as administrators see it. */
export interface ProofView {
  id: string;
  state: ProofState;
  outcome: string | null;
  triesLeft: number;
  expiresAt: Date;
}

/** A call to be made. */
export interface ProofCall {
  id: string;
  tenantId: string;
  number: string;
  /** The proven number that the company presents. */
  callerId: string;
  code: string;
}

/** What stands in the way of a call, or the id of the one that may be made. */
interface Verdict {
  known: boolean;
  proven: boolean;
  callerId: string;
  mayPresent: boolean;
  busy: boolean;
  often: boolean;
}

/**
 * Writes down that a number is called with a new code; earlier codes of it are void. A number is called only so often,
 * whichever company asks for it: nobody is to be rung by strangers all day.
 * @throws ApiError not_found, already_proven, no_proven_number, proof_under_way, proof_limit
 */
export async function beginProof(sql: Sql, by: Administrator, number: string): Promise<ProofCall> {
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  return await transaction(sql, async tx => {
    // Of two who ask at once, also in two companies, one waits for the other.
    await tx`select pg_advisory_xact_lock(hashtextextended('number_proofs ' || ${number}, 0))`;
    const [verdict] = await tx<Verdict[]>`
      select n.number is not null as known, n.verified_at is not null as proven, t.caller_id as "callerId",
        exists (select from tenant_numbers o
          where o.tenant_id = t.id and o.number = t.caller_id and o.verified_at is not null) as "mayPresent",
        exists (select from number_proofs p where p.number = ${number} and p.state in ('calling', 'speaking')
          and p.started_at > clock_timestamp() - make_interval(mins => ${longestCallMinutes})) as busy,
        (select count(*) from number_proofs p
          where p.number = ${number} and p.started_at > clock_timestamp() - interval '1 hour') >= ${limits.callsPerHour}
        or (select count(*) from number_proofs p
          where p.tenant_id = t.id and p.started_at > clock_timestamp() - interval '1 day') >= ${limits.callsPerCompanyAndDay}
          as often
      from tenants t left join tenant_numbers n on n.tenant_id = t.id and n.number = ${number}
      where t.id = ${by.tenantId}`;
    if (!verdict?.known) throw new ApiError('not_found');
    if (verdict.proven) throw new ApiError('already_proven');
    if (!verdict.mayPresent) throw new ApiError('no_proven_number');
    if (verdict.busy) throw new ApiError('proof_under_way');
    if (verdict.often) throw new ApiError('proof_limit');
    const [row] = await tx<{ id: string }[]>`
      with made as (select gen_random_uuid()::text::bytea as salt), void as (
        update number_proofs set tries_left = 0 where tenant_id = ${by.tenantId} and number = ${number}
      ), changed as (
        insert into number_proofs (tenant_id, number, started_by, expires_at, salt, code_hash, tries_left)
        select ${by.tenantId}, ${number}, ${by.userId}, clock_timestamp() + make_interval(mins => ${limits.minutes}),
          salt, sha256(salt || ${code}::text::bytea), ${limits.tries} from made
        returning id, number
      ), audited as (${auditEvent(tx, by, { kind: 'number_proof', action: 'created', name: tx`number` })})
      select id from changed`;
    return { id: row!.id, tenantId: by.tenantId, number, callerId: verdict.callerId, code };
  });
}

/** What has become of a call. */
export async function noteProof(
  sql: Sql,
  { id, tenantId }: Pick<ProofCall, 'id' | 'tenantId'>,
  state: ProofState,
  outcome: string | null = null,
): Promise<void> {
  await sql`update number_proofs set state = ${state}, outcome = ${outcome} where tenant_id = ${tenantId} and id = ${id}`;
}

export async function viewProof(sql: Sql, tenantId: string, number: string): Promise<ProofView | undefined> {
  const [row] = await sql<ProofView[]>`
    select id, tries_left as "triesLeft", expires_at as "expiresAt",
      case when left_behind then 'failed' else state end as state,
      case when left_behind then 'failed' else outcome end as outcome
    from (select *, state in ('calling', 'speaking')
        and started_at < clock_timestamp() - make_interval(mins => ${longestCallMinutes}) as left_behind
      from number_proofs where tenant_id = ${tenantId} and number = ${number}
      order by started_at desc limit 1) newest`;
  return row;
}

/**
 * Takes the code that somebody of the company has heard: the number is proven. A wrong one costs a try.
 * @throws ApiError proof_missing, proof_wrong
 */
export async function confirmProof(sql: Sql, by: Administrator, number: string, code: string): Promise<void> {
  const [row] = await sql<{ correct: boolean; triesLeft: number }[]>`
    with newest as (
      select id from number_proofs where tenant_id = ${by.tenantId} and number = ${number}
      order by started_at desc limit 1
    ), tried as (
      update number_proofs p set tries_left = p.tries_left - 1 from newest
      where p.id = newest.id and p.tries_left > 0 and p.expires_at > clock_timestamp()
        and p.state in ('speaking', 'spoken')
      returning p.code_hash = sha256(p.salt || ${code}::text::bytea) as correct, p.tries_left
    ), changed as (
      update tenant_numbers n set verified_at = clock_timestamp(), version = version + 1 from tried
      where tried.correct and n.tenant_id = ${by.tenantId} and n.number = ${number} and n.verified_at is null
      returning n.number
    ), audited as (${auditEvent(sql, by, { kind: 'number', action: 'changed', name: sql`number` }, { proven: true })})
    select correct, tries_left as "triesLeft" from tried`;
  if (!row) throw new ApiError('proof_missing');
  if (!row.correct) throw new ApiError('proof_wrong', { field: 'code', params: { tries: row.triesLeft } });
}
