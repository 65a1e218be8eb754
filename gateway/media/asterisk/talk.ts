import { randomUUID } from 'node:crypto';
import { type Ari, ignoreGone } from './ari.js';

/** A mixing bridge of Asterisk: channels in it hear each other. */
export class Talk {
  readonly id: string;
  readonly #ari: Ari;
  #over = false;

  private constructor(ari: Ari, id: string) {
    this.#ari = ari;
    this.id = id;
  }

  static async open(ari: Ari): Promise<Talk> {
    const id = randomUUID();
    // `dtmf_events`: audio stays where key presses are seen, and is not handed from socket to socket.
    await ari.request('POST', 'bridges', { bridgeId: id, type: 'mixing,dtmf_events' });
    return new Talk(ari, id);
  }

  /** @param mute they hear and are not heard */
  async add(channels: readonly string[], mute = false): Promise<void> {
    await this.#ari.request('POST', `bridges/${this.id}/addChannel`, {
      channel: channels,
      mute,
      inhibitConnectedLineUpdates: true,
    });
  }

  async remove(channel: string): Promise<void> {
    await this.#ari.request('POST', `bridges/${this.id}/removeChannel`, { channel }).catch(error => {
      // 400, 409, 422: the channel is not in it any more, for it is being hung up.
      if (!['AriError'].includes((error as Error).name)) ignoreGone(error);
    });
  }

  /** Its channels are in no bridge then. */
  async close(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.#ari.request('DELETE', `bridges/${this.id}`).catch(ignoreGone);
  }
}
