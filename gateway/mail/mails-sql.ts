import type { Sql } from '../store/index.js';

/** A mail to be sent. */
export interface Mail {
  tenantId: string;
  recipients: string[];
  subject: string;
  body: string;
}

/** A mail that a try at sending is made of. */
export interface DueMail extends Mail {
  id: string;
  createdAt: Date;
  /** How many tries there were, with this one. */
  tries: number;
}

/** After so many tries a mail is given up; the last of them is about a day after the first. */
const mostTries = 10;

/** A gateway that dies while it sends leaves the mail to the others after so long, seconds. */
const leaseSeconds = 120;

/** Writes a mail down that will be sent; to be called in the transaction of what it tells of. */
export async function postMail(tx: Sql, { tenantId, recipients, subject, body }: Mail): Promise<void> {
  await tx`
    with posted as (
      insert into mails (tenant_id, recipients, subject, body)
      values (${tenantId}, ${recipients}, ${subject}, ${body}) returning id, tenant_id
    )
    insert into events (tenant_id, type, data)
    select tenant_id, 'mail_posted', jsonb_build_object('mail', id) from posted`;
}

/** Takes a mail that is due. Of several gateways one gets it. */
export async function takeDueMail(sql: Sql): Promise<DueMail | undefined> {
  const [row] = await sql<DueMail[]>`
    with due as (
      select id from mails where next_try_at <= now() order by next_try_at limit 1 for update skip locked
    )
    update mails m set tries = tries + 1, next_try_at = now() + make_interval(secs => ${leaseSeconds})
    from due where m.id = due.id
    returning m.id, tenant_id as "tenantId", recipients, subject, body, created_at as "createdAt", tries`;
  return row;
}

export async function noteSent(sql: Sql, { id }: DueMail): Promise<void> {
  await sql`update mails set sent_at = clock_timestamp(), next_try_at = null, fault = null where id = ${id}`;
}

/** It is tried again after a while that grows, or given up. @returns whether it is tried again */
export async function noteFailed(
  sql: Sql,
  { id }: DueMail,
  { fault, forGood }: { fault: string; forGood: boolean },
): Promise<boolean> {
  const [row] = await sql<{ again: boolean }[]>`
    update mails set fault = ${fault.slice(0, 500)}, next_try_at = case when not ${forGood} and tries < ${mostTries}
      then now() + least(make_interval(secs => 30 * 2 ^ (tries - 1)), interval '4 hours') end
    where id = ${id} returning next_try_at is not null as again`;
  return row?.again ?? false;
}

/** In how many milliseconds the next one is due. */
export async function untilNextMail(sql: Sql): Promise<number | undefined> {
  const [row] = await sql<{ ms: number | null }[]>`
    select extract(epoch from min(next_try_at) - now())::float8 * 1000 as ms from mails where next_try_at is not null`;
  return row?.ms ?? undefined;
}
