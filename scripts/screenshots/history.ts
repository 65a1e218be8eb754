/** A working day behind an agent, so that the list of what was handled looks as it does in real life. */
import type { Sql } from '../../gateway/store/index.js';

interface Handled {
  /** Since it was asked, in minutes. */
  ago: number;
  name: string | null;
  phone: string;
  queue: 'sales' | 'support' | 'billing';
  outcome: string;
  /** Length of the talk in seconds; none when nobody was reached. */
  talk?: number;
  locale: 'ko' | 'en';
  note?: string;
}

const day: readonly Handled[] = [
  {
    ago: 9,
    name: '박서준',
    phone: '+821055501277',
    queue: 'support',
    outcome: 'completed',
    talk: 342,
    locale: 'ko',
  },
  {
    ago: 24,
    name: 'Emily Carter',
    phone: '+12025550148',
    queue: 'sales',
    outcome: 'completed',
    talk: 187,
    locale: 'en',
  },
  { ago: 41, name: '최유진', phone: '+821055503482', queue: 'billing', outcome: 'busy', locale: 'ko' },
  {
    ago: 58,
    name: '정하윤',
    phone: '+821055509014',
    queue: 'sales',
    outcome: 'completed',
    talk: 631,
    locale: 'ko',
  },
  { ago: 75, name: null, phone: '+821055502266', queue: 'support', outcome: 'no_answer', locale: 'ko' },
  {
    ago: 97,
    name: 'Daniel Kim',
    phone: '+12025550173',
    queue: 'billing',
    outcome: 'completed',
    talk: 94,
    locale: 'en',
  },
  { ago: 121, name: '강지호', phone: '+821055507731', queue: 'sales', outcome: 'cancelled', locale: 'ko' },
  {
    ago: 146,
    name: '윤서아',
    phone: '+821055504590',
    queue: 'support',
    outcome: 'completed',
    talk: 418,
    locale: 'ko',
  },
];

/** Writes the day into the account of the agent, whose desktop is not open yet. */
export async function writeHistory(sql: Sql, email: string): Promise<void> {
  for (const { ago, name, phone, queue, outcome, talk, locale } of day) {
    await sql`
      insert into interactions (tenant_id, channel, state, outcome, site_id, queue_id, agent_id, phone, name, locale,
        requested_at, offered_at, accepted_at, dialed_at, bridged_at, ended_at, done_at)
      select u.tenant_id, 'callback', 'done', ${outcome}, s.id, q.id, u.id, ${phone}, ${name}, ${locale},
        at, at + interval '6 s', at + interval '9 s', at + interval '10 s',
        ${talk === undefined ? null : sql`at + interval '18 s'`},
        at + make_interval(secs => ${18 + (talk ?? 12)}), at + make_interval(secs => ${48 + (talk ?? 12)})
      from users u
        join sites s on s.tenant_id = u.tenant_id and s.key = 'demo'
        join queues q on q.tenant_id = u.tenant_id and q.key = ${queue},
        lateral (select now() - make_interval(mins => ${ago}) as at) moment
      where u.email = ${email}`;
  }
}
