import type { ApiClient } from '../api/client.js';
import type { VoicemailPage } from '../api/types.js';
import { type Observable, Store } from '../store.js';
import { Rereading } from './rereading.js';

export interface VoicemailState {
  page: VoicemailPage | null;
  /** Why it is not as new as it should be. */
  failure: unknown;
}

const nothing: VoicemailState = { page: null, failure: null };

/** The messages that callers have left: read anew whenever the server says that there are others. */
export class VoicemailBox {
  readonly #state = new Store<VoicemailState>(nothing);
  readonly #readings = new Rereading(() =>
    this.#act(async () => this.#state.set({ page: await this.api.voicemails(), failure: null })),
  );

  constructor(private readonly api: ApiClient) {}

  get state(): Observable<VoicemailState> {
    return this.#state;
  }

  refresh(): Promise<void> {
    return this.#readings.request();
  }

  /** Adds older ones to those that are shown. */
  async older(): Promise<void> {
    const { page } = this.#state.get();
    const last = page?.voicemails.at(-1);
    if (!page || !last) return;
    await this.#act(async () => {
      const more = await this.api.voicemails(last.leftAt);
      const voicemails = [...page.voicemails, ...more.voicemails];
      this.#state.set({ page: { ...more, voicemails }, failure: null });
    });
  }

  /** The server tells all desktops of it, this one too. */
  async mark(id: string, heard: boolean): Promise<void> {
    await this.#act(() => this.api.markVoicemail(id, heard));
  }

  async remove(id: string): Promise<void> {
    await this.#act(() => this.api.deleteVoicemail(id));
  }

  async #act(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (failure) {
      this.#state.update(state => ({ ...state, failure }));
    }
  }

  /** Somebody else will sit here. */
  clear(): void {
    this.#state.set(nothing);
  }
}
