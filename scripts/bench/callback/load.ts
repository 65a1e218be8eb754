/** Visitors who ask for a callback at their own pace, whether the last one was served or not: an open loop. */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface Asked {
  phone: string;
  /** When the request left, milliseconds since 1970. */
  at: number;
  /** Until the answer was here, milliseconds. */
  took: number;
  /** 0: no answer came. */
  status: number;
}

/** A request that leaves this much after its time was not sent at that rate, milliseconds. */
const lateMs = 100;

export class Visitors {
  readonly #url: URL;
  readonly #queue: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });
  #next = 20_000_000;

  constructor(url: string, queue: string) {
    this.#url = new URL('/api/v1/callbacks', url);
    this.#queue = queue;
  }

  /**
   * Asks for `count` callbacks, `rate` a second, each for a number of its own.
   * @param onLast called when the last request has left
   */
  async ask(rate: number, count: number, onLast: () => void): Promise<{ asked: Asked[]; late: number }> {
    const began = performance.now();
    const answers: Promise<Asked>[] = [];
    let late = 0;
    for (let index = 0; index < count; index += 1) {
      const due = began + (index * 1000) / rate;
      const early = due - performance.now();
      if (early > 0) await delay(early);
      if (performance.now() - due > lateMs) late += 1;
      answers.push(this.#post());
    }
    onLast();
    return { asked: await Promise.all(answers), late };
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(): Promise<Asked> {
    const phone = `8210${this.#next}`;
    this.#next += 1;
    const body = JSON.stringify({ siteKey: 'demo', queue: this.#queue, phone: `+${phone}`, name: 'Visitor' });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const at = Date.now();
    const began = performance.now();
    return new Promise(resolve => {
      const settle = (status: number) => resolve({ phone, at, took: performance.now() - began, status });
      const post = request(this.#url, { method: 'POST', agent: this.#agent, headers }, response => {
        response.on('end', () => settle(response.statusCode ?? 0)).resume();
      });
      post.on('error', () => settle(0)).end(body);
    });
  }
}
