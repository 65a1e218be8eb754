import { randomUUID } from 'node:crypto';
import type { Endpoint } from '../endpoint/endpoint.js';
import { MediaFault } from '../fault.js';
import { Recorder, type RecorderSettings } from './recorder.js';

/** How long the result of one that has ended can be asked for. */
const keptMs = 10_000;

/** Recordings by id, each of one owner: the endpoint it belongs to may be gone before anybody asks how it ended. */
export class Recordings {
  readonly #entries = new Map<string, { recorder: Recorder; owner: string }>();

  /** @throws MediaFault `bad_request`, `unknown_endpoint` */
  async start(owner: string, endpoint: Endpoint, settings: RecorderSettings): Promise<string> {
    const recorder = await Recorder.start(settings);
    const id = randomUUID();
    this.#entries.set(id, { recorder, owner });
    void recorder.ended.then(() => setTimeout(() => this.#entries.delete(id), keptMs).unref());
    if (!endpoint.destroyed) endpoint.recordWith(recorder);
    else await recorder.end('endpoint_gone');
    return id;
  }

  /** @throws MediaFault `unknown_endpoint` */
  get(owner: string, id: string): Recorder {
    const entry = this.#entries.get(id);
    if (entry?.owner !== owner) throw new MediaFault('unknown_endpoint', `there is no recording ${id}`);
    return entry.recorder;
  }

  /** Ends them all, and waits for their files. */
  async close(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ recorder }) => recorder.end('endpoint_gone')));
  }
}
