import type { Slot } from '../acd/index.js';
import { isOpen, nextOpening, type OpeningHours, openSpans, queueHours } from '../hours/index.js';
import type { Sql } from '../store/index.js';

/** What a queue promises to those who ask to be called, now and for later. */
export interface QueuePromise {
  id: string;
  tenantId: string;
  key: string;
  /** Whether the tenant has it open at all. */
  open: boolean;
  /** No longer offered to anybody; what was promised before is kept. */
  disabled: boolean;
  hours: OpeningHours;
  slotMinutes: number;
  leadMinutes: number;
  horizonDays: number;
  capacity: number | null;
  priority: number;
  sameSeconds: number;
}

/** The promises of a tenant's queues, in the order in which they are shown. */
export async function queuePromises(sql: Sql, tenantId: string): Promise<QueuePromise[]> {
  const [hours, rows] = await Promise.all([
    queueHours(sql, tenantId),
    sql<(Omit<QueuePromise, 'hours'> & { timeZone: string })[]>`
      select q.id, q.tenant_id as "tenantId", q.key, q.open, q.disabled_at is not null as disabled, q.slot_minutes as "slotMinutes",
        q.slot_lead_minutes as "leadMinutes", q.slot_horizon_days as "horizonDays", q.slot_capacity as capacity,
        q.slot_priority as priority, q.same_request_seconds as "sameSeconds", t.time_zone as "timeZone"
      from queues q join tenants t on t.id = q.tenant_id
      where q.tenant_id = ${tenantId} order by q.position, q.key`,
  ]);
  return rows.map(({ timeZone, ...queue }) => ({ ...queue, hours: hours.get(queue.id) ?? always(timeZone) }));
}

/** Those that visitors may choose. */
export async function offeredQueues(sql: Sql, tenantId: string): Promise<QueuePromise[]> {
  return (await queuePromises(sql, tenantId)).filter(({ disabled }) => !disabled);
}

function always(timeZone: string): OpeningHours {
  const day = ['00:00-24:00'];
  const weekly = { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day };
  return { timeZone, weekly, publicHolidays: null, days: new Map() };
}

/** Whether a call can be asked for now. */
export function takesCallsNow({ open, hours }: QueuePromise, now: Date): boolean {
  return open && isOpen(hours, now);
}

/** When a queue that is closed opens. */
export function opensAt({ open, hours }: QueuePromise, now: Date): Date | null {
  return open && !isOpen(hours, now) ? (nextOpening(hours, now) ?? null) : null;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * The slots of a queue, seats aside: each lies within its hours, begins at a full step after they open, and no sooner
 * than the lead time allows.
 */
export function slotsOf(queue: QueuePromise, now: Date): Slot[] {
  if (!queue.open || queue.horizonDays === 0) return [];
  const length = queue.slotMinutes * minuteMs;
  const earliest = now.getTime() + queue.leadMinutes * minuteMs;
  const last = now.getTime() + queue.horizonDays * dayMs;
  return openSpans(queue.hours, new Date(earliest), new Date(last)).flatMap(span => {
    const slots: Slot[] = [];
    const skipped = Math.max(0, Math.ceil((earliest - span.from.getTime()) / length));
    for (
      let at = span.from.getTime() + skipped * length;
      at + length <= span.until.getTime() && at < last;
      at += length
    )
      slots.push({ at: new Date(at), until: new Date(at + length) });
    return slots;
  });
}
