import type { Flow, Protocol, WireObserver } from '../transport/transport.js';

/** The methods of the RFCs: whatever else a stranger makes up is counted together, so that the counters stay few. */
const knownMethods = new Set([
  ...['INVITE', 'ACK', 'BYE', 'CANCEL', 'REGISTER', 'OPTIONS', 'PRACK', 'UPDATE', 'INFO'],
  ...['MESSAGE', 'SUBSCRIBE', 'NOTIFY', 'REFER', 'PUBLISH'],
]);

const statusAt = 'SIP/2.0 '.length;

/** A method, `1xx` to `6xx`, or `other`: from the first bytes, without parsing. */
export function kindOf(text: string): string {
  if (text.startsWith('SIP/2.0 ')) {
    const digit = text.charAt(statusAt);
    return digit >= '1' && digit <= '6' ? `${digit}xx` : 'other';
  }
  const method = text.slice(0, text.indexOf(' '));
  return knownMethods.has(method) ? method : 'other';
}

export type Direction = 'received' | 'sent';

export interface TrafficCount {
  direction: Direction;
  transport: Protocol;
  kind: string;
  messages: number;
}

/** Counts the messages on the wire. */
export class Traffic implements WireObserver {
  readonly #counts = new Map<string, TrafficCount>();

  received(text: string, flow: Flow): void {
    this.#count('received', flow.protocol, kindOf(text));
  }

  sent(text: string, flow: Flow): void {
    this.#count('sent', flow.protocol, kindOf(text));
  }

  counts(): Iterable<TrafficCount> {
    return this.#counts.values();
  }

  #count(direction: Direction, transport: Protocol, kind: string): void {
    const key = `${direction} ${transport} ${kind}`;
    const known = this.#counts.get(key);
    if (known === undefined) this.#counts.set(key, { direction, transport, kind, messages: 1 });
    else known.messages += 1;
  }
}
