import type { Announcements, Sql } from '../store/index.js';
import { CallFailure, OfferRefused, type SipDialog } from '../telephony/index.js';

/** What the Call-ID of a leg to a browser begins with, so that it is told apart from one of SIP. */
export const browserCallPrefix = 'browser:';

const browserCallId = (id: string) => `${browserCallPrefix}${id}`;

export interface BrowserInvitation {
  tenantId: string;
  interactionId: string;
  offer: string;
  /** He was on the line already, and is called back to it. */
  again: boolean;
  signal: AbortSignal;
  onSent: (callId: string) => void;
}

export interface BrowserCallParts {
  sql: Sql;
  announcements: Announcements;
}

/**
 * Calls the page that a visitor has open: he hears of the offer by his event stream, and the page answers. No SIP is in
 * it, so that a page needs no SIP stack; for the call it is a dialog like others.
 * @throws CallFailure `rejected` when the page declines, `cancelled` when `signal` aborts
 */
export async function inviteBrowser(
  parts: BrowserCallParts,
  invitation: BrowserInvitation,
): Promise<SipDialog> {
  const { sql, announcements } = parts;
  const { tenantId, interactionId, offer, again, signal, onSent } = invitation;
  const id = await begin(sql, { tenantId, interactionId, offer, again });
  onSent(browserCallId(id));
  const ended = new AbortController();
  let look: () => void = () => undefined;
  const endings = [
    announcements.onInteraction(interactionId, ({ type }) => {
      if (type === 'browser_answered' || type === 'browser_hung_up') look();
    }),
    announcements.onGap(() => look()),
  ];
  ended.signal.addEventListener('abort', () => {
    for (const end of endings.splice(0)) end();
  });
  try {
    for (;;) {
      // Listening before looking: what is announced meanwhile wakes the next round.
      const news = new Promise<void>(resolve => {
        look = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      if (signal.aborted) throw new CallFailure('cancelled', 'The browser was not called on');
      const state = await read(sql, tenantId, id);
      if (state.ended) throw new CallFailure('rejected', 'The page declined the call');
      if (state.answer !== null) return dialogOf(parts, { tenantId, id, answer: state.answer, ended }, watch);
      await news;
    }
  } catch (error) {
    ended.abort();
    await finish(sql, { tenantId, id });
    throw error;
  }

  /** From now on only the end is of interest. */
  function watch(onEnd: () => void): void {
    look = () => {
      read(sql, tenantId, id).then(
        state => state.ended && onEnd(),
        // The store is away: its return is announced as a gap, and looked at then.
        () => undefined,
      );
    };
    look();
  }
}

function dialogOf(
  { sql }: BrowserCallParts,
  call: { tenantId: string; id: string; answer: string; ended: AbortController },
  watch: (onEnd: () => void) => void,
): SipDialog {
  let over = false;
  return {
    callId: browserCallId(call.id),
    remoteSdp: call.answer,
    async end() {
      if (over) return;
      over = true;
      call.ended.abort();
      await finish(sql, call);
    },
    onEnded(listener) {
      watch(() => {
        if (over) return;
        over = true;
        call.ended.abort();
        listener('the page hung up', 'hung_up');
      });
    },
    // A page makes no offers: one that is loaded anew is called anew.
    onReoffer: () => undefined,
    reinvite: async () => {
      throw new OfferRefused('A call to a browser takes no second offer');
    },
  };
}

async function begin(
  sql: Sql,
  {
    tenantId,
    interactionId,
    offer,
    again,
  }: Pick<BrowserInvitation, 'tenantId' | 'interactionId' | 'offer' | 'again'>,
): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    with call as (
      insert into browser_calls (tenant_id, interaction_id, offer, again) values (${tenantId}, ${interactionId}, ${offer}, ${again})
      returning id
    ), logged as (
      insert into events (tenant_id, type, interaction_id, queue_id)
      select tenant_id, 'browser_called', id, queue_id from interactions where tenant_id = ${tenantId} and id = ${interactionId}
    )
    select id from call`;
  if (!row) throw new Error('the call to the browser was not stored');
  return row.id;
}

async function read(
  sql: Sql,
  tenantId: string,
  id: string,
): Promise<{ answer: string | null; ended: boolean }> {
  const [row] = await sql<{ answer: string | null; ended: boolean }[]>`
    select answer, ended_at is not null as ended from browser_calls where tenant_id = ${tenantId} and id = ${id}`;
  return row ?? { answer: null, ended: true };
}

/** We take a call off the books, unless the page was faster. */
async function finish(sql: Sql, { tenantId, id }: { tenantId: string; id: string }): Promise<void> {
  await sql`
    with over as (
      update browser_calls set ended_at = clock_timestamp()
      where tenant_id = ${tenantId} and id = ${id} and ended_at is null returning tenant_id, interaction_id
    )
    insert into events (tenant_id, type, interaction_id, queue_id)
    select i.tenant_id, 'browser_call_ended', i.id, i.queue_id
    from over join interactions i on i.tenant_id = over.tenant_id and i.id = over.interaction_id`;
}

/** A call as the page sees it. */
export interface BrowserCall {
  id: string;
  /** Our SDP offer. */
  offer: string;
  answered: boolean;
  /** The visitor was on the line already: his page was loaded anew, or lost its network. */
  again: boolean;
}

/** The call that the page has to answer, or is in. */
export async function browserCallOf(
  sql: Sql,
  tenantId: string,
  interactionId: string,
): Promise<BrowserCall | null> {
  const [row] = await sql<BrowserCall[]>`
    select id, offer, answer is not null as answered, again from browser_calls
    where tenant_id = ${tenantId} and interaction_id = ${interactionId} and ended_at is null
    order by called_at desc limit 1`;
  return row ?? null;
}

interface CallRef {
  tenantId: string;
  interactionId: string;
  id: string;
}

/** The page's answer. @returns false when the call is over, or another page of the visitor has answered it */
export async function answerBrowserCall(sql: Sql, { tenantId, interactionId, id }: CallRef, answer: string) {
  const rows = await sql`
    with answered as (
      update browser_calls set answer = ${answer}
      where tenant_id = ${tenantId} and interaction_id = ${interactionId} and id = ${id} and answer is null and ended_at is null
      returning tenant_id, interaction_id
    )
    insert into events (tenant_id, type, interaction_id, queue_id)
    select i.tenant_id, 'browser_answered', i.id, i.queue_id
    from answered join interactions i on i.tenant_id = answered.tenant_id and i.id = answered.interaction_id
    returning id`;
  return rows.length > 0;
}

/**
 * The page hangs up, or does not take the call. Its media says goodbye sooner than its words arrive: a call that we took for
 * lost in between was hung up.
 */
export async function leaveBrowserCall(sql: Sql, { tenantId, interactionId, id }: CallRef): Promise<void> {
  await sql`
    with hung_up as (
      update browser_calls set left_at = clock_timestamp(), ended_at = coalesce(ended_at, clock_timestamp())
      where tenant_id = ${tenantId} and interaction_id = ${interactionId} and id = ${id} and left_at is null
      returning tenant_id, interaction_id
    )
    insert into events (tenant_id, type, interaction_id, queue_id)
    select i.tenant_id, 'browser_hung_up', i.id, i.queue_id
    from hung_up join interactions i on i.tenant_id = hung_up.tenant_id and i.id = hung_up.interaction_id
    where i.state not in ('wrap_up', 'done')`;
}

/** A page has been loaded in which the visitor wants to go on with the call that he was in. */
export async function pageIsBack(sql: Sql, { tenantId, interactionId }: Omit<CallRef, 'id'>): Promise<void> {
  await sql`
    insert into events (tenant_id, type, interaction_id, queue_id)
    select i.tenant_id, 'browser_returned', i.id, i.queue_id from interactions i
    where i.tenant_id = ${tenantId} and i.id = ${interactionId} and exists (
      select from browser_calls c where c.interaction_id = i.id and c.answer is not null and c.ended_at is null)`;
}
