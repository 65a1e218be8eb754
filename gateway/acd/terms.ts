import type { Sql } from '../store/index.js';
import type { InteractionState } from './states.js';
import type { InteractionRef } from './transitions/index.js';

/** What serving an interaction has to keep to. */
export interface ServiceTerms {
  state: InteractionState;
  channel: 'callback' | 'call' | 'outbound' | 'internal';
  /** Where the customer is called. */
  via: 'phone' | 'browser';
  /** The customer's language, and his agent's. */
  locale: string;
  agentLocale: string | null;
  queueKey: string;
  /** Whether the customer is on the line. */
  live: boolean;
  /** How long the customer's phone may ring. */
  ringSeconds: number;
  /** How long an agent's phone may ring. */
  offerSeconds: number;
  /** Whether the customer is called first, and his agent rung when he has answered. */
  customerFirst: boolean;
  /** How often a customer who is called is asked to press 1 before he is connected; 0: he is not. */
  confirmTimes: number;
  /** How long he has each time. */
  confirmSeconds: number;
  /** Whether he is on the line and has yet to press it. */
  confirming: boolean;
  /** Whether the agent is told in a few words whom he will hear. */
  whisper: boolean;
  /** For how long a customer on the line waits for his next agent. */
  liveWaitSeconds: number;
  /** The name of the music for whoever waits or is held. */
  music: string;
  /** E.164, the tenant's own number. */
  callerId: string;
  /** What the endpoints of its talk are made beside (`owner` of the media port): a caller's is that of his call. */
  owner: string;
  /** ISO 3166 code of the tenant's first country: whose tones are played. */
  country: string;
}

/** Reads the terms and the state of an interaction. */
export async function serviceTerms(
  sql: Sql,
  { id, tenantId }: InteractionRef,
): Promise<ServiceTerms | undefined> {
  const [row] = await sql<ServiceTerms[]>`
    select i.state, i.channel, i.via, i.locale, u.locale as "agentLocale", q.key as "queueKey", i.customer_live_since is not null as live, q.ring_seconds as "ringSeconds", q.offer_seconds as "offerSeconds",
      q.customer_first and i.channel = 'callback' as "customerFirst", q.live_wait_seconds as "liveWaitSeconds", q.music, t.caller_id as "callerId", t.countries[1] as country,
      case when i.channel = 'call' then coalesce(i.inbound_call_id, i.id) else i.id end as owner,
      case when q.confirm and i.channel = 'callback' and i.via = 'phone' then q.confirm_times else 0 end as "confirmTimes",
      q.confirm_seconds as "confirmSeconds", i.confirming_since is not null as confirming,
      q.whisper and i.channel in ('callback', 'call') as whisper
    from interactions i
    join queues q on q.tenant_id = i.tenant_id and q.id = i.queue_id
    join tenants t on t.id = i.tenant_id
    left join users u on u.tenant_id = i.tenant_id and u.id = i.agent_id
    where i.tenant_id = ${tenantId} and i.id = ${id}`;
  return row;
}
