/** What the server has done and holds, as Prometheus reads it. Everything is looked up when somebody asks. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { TransactionCounters } from '../transaction/counters.js';
import type { InboundCounters } from '../transport/inbound.js';
import type { TrafficCount } from './traffic.js';

/** Where the figures come from. */
export interface MetricsSource {
  traffic(): Iterable<TrafficCount>;
  inbound(): InboundCounters;
  /** Requests that were not let in, by reason. */
  refused(): Record<string, number>;
  transactions(): TransactionCounters;
  /** What is alive at the moment, by name. */
  sizes(): Record<string, number>;
}

const prefix = 'ringbridge_sip_';

export function metricsOf(source: MetricsSource): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Counter({
    registers,
    name: `${prefix}messages_total`,
    help: 'SIP messages on the wire, by direction, transport, and method or class of status',
    labelNames: ['direction', 'transport', 'kind'] as const,
    collect() {
      this.reset();
      for (const { direction, transport, kind, messages } of source.traffic())
        this.inc({ direction, transport, kind }, messages);
    },
  });
  new Counter({
    registers,
    name: `${prefix}dropped_total`,
    help: 'What came in and went no further: not SIP, not well formed, or refused by rate, scanner or domain',
    labelNames: ['reason'] as const,
    collect() {
      this.reset();
      const { ignored, refused } = source.inbound();
      const reasons = { unreadable: ignored, malformed: refused, ...source.refused() };
      for (const [reason, messages] of Object.entries(reasons)) this.inc({ reason }, messages);
    },
  });
  new Counter({
    registers,
    name: `${prefix}repeats_total`,
    help: 'Retransmissions of transactions, by direction',
    labelNames: ['direction'] as const,
    collect() {
      this.reset();
      const { repeatsReceived, repeatsSent } = source.transactions();
      this.inc({ direction: 'received' }, repeatsReceived);
      this.inc({ direction: 'sent' }, repeatsSent);
    },
  });
  new Counter({
    registers,
    name: `${prefix}timeouts_total`,
    help: 'Requests of ours that nobody answered',
    collect() {
      this.reset();
      this.inc(source.transactions().timeouts);
    },
  });
  new Gauge({
    registers,
    name: `${prefix}alive`,
    help: 'What is held at the moment',
    labelNames: ['what'] as const,
    collect() {
      for (const [what, count] of Object.entries(source.sizes())) this.set({ what }, count);
    },
  });
  return registry;
}
