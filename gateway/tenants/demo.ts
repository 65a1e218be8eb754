import { type Sql, transaction } from '../store/index.js';
import { hashPassword, nobodysHash, verifyPassword } from './password.js';

const demoSiteKey = 'demo';

/** The demo accounts; all have the demo password. */
const demoUsers = [
  { email: 'agent1@demo.example', name: '김하늘', role: 'agent', locale: 'ko' },
  { email: 'agent2@demo.example', name: 'Alex Rivers', role: 'agent', locale: 'en' },
  { email: 'admin@demo.example', name: 'Robin Admin', role: 'admin', locale: 'en' },
] as const;

/** Without hours a queue is open around the clock: so that a first try works at night, too. */
const demoQueues = [
  { key: 'sales', name: { en: 'Buying advice', ko: '구매 상담' }, hours: null },
  { key: 'support', name: { en: 'Technical support', ko: '기술 지원' }, hours: null },
  { key: 'billing', name: { en: 'Orders and billing', ko: '주문·결제 문의' }, hours: 'office' },
];

/** What the demo's technical support does when it does not reach a customer: soon enough to be seen. */
const demoOutcomeRules = [
  { outcome: 'busy', retries: 3, delay_seconds: 60 },
  { outcome: 'no_answer', retries: 2, delay_seconds: 120 },
  { outcome: 'unreachable', retries: 2, delay_seconds: 120, finally: 'person' },
];

const office = ['09:00-12:00', '13:00-18:00'];
const officeWeek = { mon: office, tue: office, wed: office, thu: office, fri: office };

/**
 * Makes the demo company, or brings the one of an earlier start up to date with the address and password of this one.
 * @param origins where the demo shop is served
 */
export async function seedDemo(
  sql: Sql,
  { origins, password }: { origins: string[]; password: string },
): Promise<void> {
  const passwordHash = await hashPassword(password);
  await transaction(sql, async tx => {
    const [tenant] = await tx<{ id: string }[]>`
      insert into tenants (slug, name, locale, time_zone, countries, caller_id)
      values ('demo', 'Haru Coffee', 'ko', 'Asia/Seoul', '{KR,US}', '+82215880000')
      on conflict (slug) do update set name = excluded.name returning id`;
    if (!tenant) throw new Error('the demo tenant was not stored');
    await tx`
      insert into tenant_numbers (tenant_id, number, verified_at) select id, caller_id, now() from tenants where id = ${tenant.id}
      on conflict do nothing`;
    await tx`
      insert into sites (tenant_id, key, name, origins) values (${tenant.id}, ${demoSiteKey}, 'Haru Coffee', ${origins})
      on conflict (key) do update set name = excluded.name, origins = excluded.origins`;
    await tx`
      insert into opening_hours (tenant_id, key, time_zone, weekly, public_holidays)
      values (${tenant.id}, 'office', 'Asia/Seoul', ${tx.json(officeWeek)}, 'KR') on conflict do nothing`;
    for (const [position, { key, name, hours }] of demoQueues.entries()) {
      await tx`
        insert into queues (tenant_id, key, name, position, opening_hours_id, customer_first)
        values (${tenant.id}, ${key}, ${tx.json(name)}, ${position},
          (select id from opening_hours where tenant_id = ${tenant.id} and key = ${hours}), ${key === 'billing'})
        on conflict (tenant_id, key) do nothing`;
    }
    for (const rule of demoOutcomeRules) {
      await tx`
        insert into outcome_rules (tenant_id, queue_id, outcome, retries, delay_seconds, finally)
        select tenant_id, id, ${rule.outcome}, ${rule.retries}, ${rule.delay_seconds}, ${rule.finally ?? 'close'}
        from queues where tenant_id = ${tenant.id} and key = 'support' on conflict do nothing`;
    }
    for (const { email, name, role, locale } of demoUsers) {
      const [known] = await tx<
        { passwordHash: string }[]
      >`select password_hash as "passwordHash" from users where email = ${email}`;
      if (known && (await verifyPassword(password, known.passwordHash))) continue;
      await tx`
        insert into users (tenant_id, email, name, role, locale, password_hash)
        values (${tenant.id}, ${email}, ${name}, ${role}, ${locale}, ${passwordHash})
        on conflict (email) do update set password_hash = excluded.password_hash`;
    }
    await tx`
      insert into agents (tenant_id, user_id) select tenant_id, id from users
      where tenant_id = ${tenant.id} and role = 'agent' on conflict do nothing`;
    await tx`
      insert into agent_queues (tenant_id, user_id, queue_id)
      select a.tenant_id, a.user_id, q.id from agents a join queues q on q.tenant_id = a.tenant_id
      where a.tenant_id = ${tenant.id} on conflict do nothing`;
  });
}

/** Closes the demo accounts of an earlier start: their password is known to everybody who has read the README. */
export async function lockDemo(sql: Sql): Promise<void> {
  const emails = demoUsers.map(({ email }) => email);
  await transaction(sql, async tx => {
    const locked = await tx<{ id: string }[]>`
      update users set password_hash = ${nobodysHash} where email in ${tx(emails)} returning id`;
    if (locked.length > 0) await tx`delete from sessions where user_id in ${tx(locked.map(({ id }) => id))}`;
  });
}
