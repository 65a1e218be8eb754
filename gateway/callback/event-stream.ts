import { PassThrough } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Latest } from '../latest.js';
import type { Announcements } from '../store/index.js';
import type { VisitorCallback } from './requests.js';

const keepAliveMs = 15_000;

/** Changes of others in the queue may move this one's place: told at most this often. */
const neighbourMs = 1_000;

/** Events of others that may change a place or an estimate: of the same queue, or of whatever the tenant has. */
const queueEvents: ReadonlySet<string> = new Set(
  'requested due rescheduled offered declined offer_expired agent_lost agent_gone customer_left customer_lost cut_off customer_released retry_scheduled held given_up called_now cancelled finished'.split(
    ' ',
  ),
);
const tenantEvents: ReadonlySet<string> = new Set(
  'agent_intent softphone_registered softphone_unregistered overflowed queue_opened queue_closed'.split(' '),
);

export interface CallbackStream {
  id: string;
  tenantId: string;
  queueId: string;
  /** Reads how it stands. */
  look: () => Promise<VisitorCallback>;
}

/**
 * Sends a callback as server-sent events (WHATWG HTML 9.2): how it stands now, and after every change, until it is
 * done or the visitor goes.
 */
export async function streamCallback(
  reply: FastifyReply,
  announcements: Announcements,
  { id, tenantId, queueId, look }: CallbackStream,
): Promise<FastifyReply> {
  const stream = new PassThrough();
  const endings: (() => void)[] = [];
  let queue = queueId;
  let sent = '';
  let neighbour: NodeJS.Timeout | undefined;

  function close(): void {
    for (const end of endings.splice(0)) end();
    stream.end();
  }

  function send(view: VisitorCallback): void {
    const data = JSON.stringify(view);
    if (data !== sent) stream.write(`event: callback\ndata: ${data}\n\n`);
    sent = data;
    if (view.state === 'done') close();
  }

  const looks = new Latest(
    async () => {
      if (!stream.writableEnded) send(await look());
    },
    error => {
      reply.log.error({ err: error }, 'callback events failed');
      close();
    },
  );
  const refresh = () => looks.request();

  function later(): void {
    neighbour ??= setTimeout(() => {
      neighbour = undefined;
      refresh();
    }, neighbourMs);
  }

  const keepAlive = setInterval(() => stream.write(': still here\n\n'), keepAliveMs);
  endings.push(
    announcements.onInteraction(id, event => {
      // It may have gone to another queue.
      queue = event.queueId ?? queue;
      refresh();
    }),
    announcements.onEvent(event => {
      if (event.tenantId !== tenantId || event.interactionId === id) return;
      if (tenantEvents.has(event.type) || (event.queueId === queue && queueEvents.has(event.type))) later();
    }),
    announcements.onGap(refresh),
    () => clearInterval(keepAlive),
    () => clearTimeout(neighbour),
  );
  stream.on('close', close);
  reply.raw.on('close', close);
  refresh();
  return await reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
    .send(stream);
}
