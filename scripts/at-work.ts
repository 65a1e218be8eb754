import type { Fragment, Sql } from '../gateway/store/index.js';

/**
 * What puts agents to work without desktops and softphones: a session, a credential and a telephone that stays registered.
 * Further queries of a WITH, after one named `person` with `tenant_id` and `id`.
 */
export function atWork(sql: Sql, hours: number): Fragment {
  const until = sql`now() + make_interval(hours => ${hours})`;
  return sql`session as (
      insert into sessions (tenant_id, user_id, token_hash, expires_at)
      select tenant_id, id, decode(replace(id::text, '-', ''), 'hex'), ${until} from person
      returning tenant_id, user_id, id
    ), credential as (
      insert into softphone_credentials (username, tenant_id, user_id, session_id, ha1, expires_at)
      select user_id::text, tenant_id, user_id, id, 'x', ${until} from session
    ), registration as (
      insert into registrations (tenant_id, user_id, username, contact, transport, call_id, cseq, expires_at)
      select tenant_id, user_id, user_id::text, 'sip:x@robot.invalid', 'ws', 'c', 1, ${until} from session
    )`;
}
