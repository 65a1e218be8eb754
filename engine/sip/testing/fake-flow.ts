import type { Flow, LocalAddress } from '../transport/transport.js';

/** A flow that keeps what is sent. */
export class FakeFlow implements Flow {
  readonly protocol;
  readonly local: LocalAddress;
  readonly remoteAddress: string = '127.0.0.1';
  readonly remotePort: number = 5090;
  readonly sent: string[] = [];
  open = true;
  /** Nothing leaves, and the sender is told. */
  failing = false;
  #listeners = new Set<() => void>();

  constructor(readonly connected: boolean) {
    this.protocol = connected ? ('ws' as const) : ('udp' as const);
    this.local = { protocol: this.protocol, address: '127.0.0.1', port: 5060, advertisedHost: '127.0.0.1' };
  }

  send(text: string, failed?: (error: Error) => void): void {
    if (this.failing) failed?.(new Error('not sent'));
    else this.sent.push(text);
  }

  onClosed(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.open = false;
    for (const listener of [...this.#listeners]) listener();
  }
}
