import type { Tones } from './tones.js';

/** What the alert says, in the user's language. */
export interface OfferWords {
  /** For the notification's head and the tab. */
  title: string;
  body: string;
}

export interface OfferAlertOptions {
  window: Window & typeof globalThis;
  tones: Tones;
  ring: () => boolean;
}

const blinkMs = 1_200;

/** Makes an offer noticed wherever the agent is looking: by sound, by the tab's title and by a notification. */
export class OfferAlert {
  #interactionId: string | null = null;
  #notification: Notification | null = null;
  #blinking: ReturnType<typeof setInterval> | undefined;
  #title: string;

  constructor(private readonly options: OfferAlertOptions) {
    this.#title = options.window.document.title;
  }

  /** Asks for permission to notify; call it from a user's gesture, such as going ready. */
  askPermission(): void {
    const { Notification } = this.options.window;
    if (Notification?.permission === 'default') void Notification.requestPermission();
  }

  /** The title of the tab while nothing rings. */
  setTitle(title: string): void {
    this.#title = title;
    if (this.#interactionId === null) this.options.window.document.title = title;
  }

  /**
   * Alerts once per offer.
   * @param silently it is taken by itself: there is nothing to call the agent for
   */
  show(interactionId: string, words: OfferWords, { silently = false } = {}): void {
    if (this.#interactionId === interactionId) return;
    this.hide();
    this.#interactionId = interactionId;
    if (!silently) this.ring();
    this.#blink(words.title);
    this.#notify(interactionId, words);
  }

  /** For what was shown silently, and could not be taken by itself. */
  ring(): void {
    if (this.#interactionId !== null && this.options.ring()) this.options.tones.startRinging();
  }

  hide(): void {
    if (this.#interactionId === null) return;
    this.#interactionId = null;
    this.options.tones.stopRinging();
    clearInterval(this.#blinking);
    this.options.window.document.title = this.#title;
    this.#notification?.close();
    this.#notification = null;
  }

  #blink(title: string): void {
    const { document } = this.options.window;
    let on = true;
    document.title = title;
    this.#blinking = setInterval(() => {
      on = !on;
      document.title = on ? title : this.#title;
    }, blinkMs);
  }

  #notify(interactionId: string, { title, body }: OfferWords): void {
    const { Notification, document } = this.options.window;
    if (document.hasFocus() || Notification?.permission !== 'granted') return;
    try {
      this.#notification = new Notification(title, { body, tag: interactionId, requireInteraction: true });
    } catch {
      // Chrome on Android has the constructor but allows notifications from service workers only: title and sound do.
      return;
    }
    this.#notification.onclick = () => {
      this.options.window.focus();
      this.#notification?.close();
    };
  }
}
