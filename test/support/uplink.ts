/**
 * The network that a page's calls go over. Its SIP is read on the way, so that its audio goes through relays of ours: the
 * media server knows the page by the port of a relay, which is another one for each call.
 */
import type { Page } from 'playwright-core';
import { MediaRelay } from './media-relay.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export class Uplink {
  /** Of each call that the page was offered, the way of its audio. */
  readonly #relays: MediaRelay[] = [];
  readonly #dead = new WeakSet<MediaRelay>();

  private constructor() {}

  /** Before the page is loaded. @param url of the SIP server */
  static async of(t: Teardown, page: Page, url: string): Promise<Uplink> {
    const uplink = new Uplink();
    t.teardown(() => {
      for (const relay of uplink.#relays) relay.close();
    });
    await page.routeWebSocket(url, near => {
      const far = near.connectToServer();
      near.onMessage(message => far.send(withSdp(String(message), withoutCandidates)));
      // What is said stays in order, however long a relay takes to open.
      let said = Promise.resolve();
      far.onMessage(message => {
        said = said.then(async () => near.send(await uplink.#fromServer(String(message))));
      });
    });
    return uplink;
  }

  /** How many calls the page was offered. */
  get calls(): number {
    return this.#relays.length;
  }

  /** The ways that there are carry nothing any more, and nobody is told. */
  die(): void {
    for (const relay of this.#relays) this.#dead.add(relay);
  }

  async #fromServer(message: string): Promise<string> {
    if (!message.startsWith('INVITE ')) return message;
    const relay: MediaRelay = await MediaRelay.open(() => this.#dead.has(relay));
    this.#relays.push(relay);
    return withSdp(message, sdp => relay.fromServer(sdp));
  }
}

/** The browser is known by where its checks come from (RFC 8445 7.3.1.3): what it tells of itself would be a way past us. */
const withoutCandidates = (sdp: string) => sdp.replace(/^a=candidate:.*\r\n/gm, '');

/** A SIP message whose session description, if it has one, is another one. */
function withSdp(message: string, change: (sdp: string) => string): string {
  const end = message.indexOf('\r\n\r\n') + 4;
  const body = message.slice(end);
  if (!body.startsWith('v=0')) return message;
  const changed = change(body);
  return (
    message.slice(0, end).replace(/^Content-Length: *\d+/im, `Content-Length: ${changed.length}`) + changed
  );
}
