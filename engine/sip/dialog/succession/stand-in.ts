/**
 * Stands in for an application that is gone: the calls it left go on as if it were still there, only that nobody
 * answers. What the next application cannot be given again, responses and ACKs, is held; requests wait by themselves.
 */
import type { Application, Delivery } from '../application.js';

/** The last provisional responses to one INVITE; the ones before them are out of date. */
const maxProvisionals = 8;
/** More is dropped: the list of dialogs says how each of them stands without it. */
const maxHeldBytes = 8 * 1024 * 1024;

const isProvisional = ({ text }: Delivery): boolean => text.startsWith('SIP/2.0 1');
const isHeld = ({ text }: Delivery): boolean => text.startsWith('SIP/2.0 ') || text.startsWith('ACK ');

export class StandIn implements Application {
  readonly watchesFlows = false;
  readonly congested = false;
  /** Who was offered these calls and did not want them. */
  readonly refusedBy = new Set<Application>();
  readonly #held = new Map<string, Delivery[]>();
  #heldBytes = 0;
  #dismissed = false;

  /** @param answered is told of each dialog that a 2xx confirmed */
  constructor(
    readonly resumeName: string,
    private readonly answered: (dialogId: string) => void,
  ) {}

  get connected(): boolean {
    return !this.#dismissed;
  }

  deliver(delivery: Delivery): void {
    if (!isHeld(delivery)) return;
    if (delivery.text.startsWith('SIP/2.0 2')) this.answered(delivery.dialogId);
    if (this.#heldBytes + delivery.text.length > maxHeldBytes) return;
    const held = this.#held.get(delivery.dialogId) ?? [];
    this.#held.set(delivery.dialogId, held);
    held.push(delivery);
    this.#heldBytes += delivery.text.length;
    const provisionals = held.filter(isProvisional);
    if (provisionals.length > maxProvisionals) this.#drop(held, provisionals[0] as Delivery);
  }

  /** What came for that dialog, in order; it is held no longer. */
  release(dialogId: string): Delivery[] {
    const held = this.#held.get(dialogId) ?? [];
    this.#held.delete(dialogId);
    for (const { text } of held) this.#heldBytes -= text.length;
    return held;
  }

  /** Nobody came. */
  dismiss(): void {
    this.#dismissed = true;
    this.#held.clear();
  }

  #drop(held: Delivery[], delivery: Delivery): void {
    held.splice(held.indexOf(delivery), 1);
    this.#heldBytes -= delivery.text.length;
  }
}
