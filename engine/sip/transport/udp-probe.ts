import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { hostPort } from '../message/uri.js';
import type { Clock } from '../transaction/clock.js';

const maxProbes = 64;
const answerMs = 1_000;
/** What SIP over UDP knows as a keep-alive, and leaves unanswered. */
const nothing = '\r\n\r\n';

/**
 * Asks whether anybody listens at a UDP port. The kernel reports ICMP errors (RFC 3261 section 18.4) to connected
 * sockets only, as far as Node passes them on; the one that SIP is spoken over cannot be one. So another, connected one
 * sends a datagram that means nothing.
 */
export class UdpProbes {
  readonly #underWay = new Map<string, Promise<boolean>>();

  /** @param from the address to leave from */
  constructor(
    private readonly from: string,
    private readonly clock: Clock,
  ) {}

  /** True when the peer's machine says that nobody listens there; false when it says nothing, or nobody could ask. */
  refused(address: string, port: number): Promise<boolean> {
    const key = hostPort(address, port);
    const asked = this.#underWay.get(key);
    if (asked !== undefined) return asked;
    if (this.#underWay.size >= maxProbes) return Promise.resolve(false);
    const probe = this.#ask(address, port).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, probe);
    return probe;
  }

  #ask(address: string, port: number): Promise<boolean> {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4').unref();
    return new Promise<boolean>(resolve => {
      const timer = this.clock.after(answerMs, () => resolve(false));
      socket.on('error', (error: NodeJS.ErrnoException) => {
        this.clock.cancel(timer);
        resolve(error.code === 'ECONNREFUSED');
      });
      socket.bind(0, this.from, () => socket.connect(port, address, () => socket.send(nothing)));
    }).finally(() => socket.close());
  }
}
