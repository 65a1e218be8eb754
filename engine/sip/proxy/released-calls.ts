/** The ends of calls that pass, for whoever keeps records of calls. */
import type { CallObserver } from '../dialog/call-events.js';
import type { SipRequest } from '../message/message.js';
import type { Clock } from '../transaction/clock.js';
import { isChallenge } from './best-response.js';
import type { ProxyReport } from './response-context.js';

/** A dialog, whichever side the request comes from. */
const dialogOf = ({ callId, fromTag, toTag }: SipRequest): string =>
  [callId, ...[fromTag, toTag].sort()].join('|');

/**
 * Of the dialogs that pass there is nothing kept here: a BYE is the end, unless it is challenged and will come again. Two
 * that cross on their way are one end, which is why the last ones are remembered.
 */
export class ReleasedCalls {
  readonly #dialogs = new Set<string>();

  /** @param memoryMs how long another BYE may still be under way */
  constructor(
    private readonly calls: CallObserver,
    private readonly clock: Clock,
    private readonly memoryMs: number,
  ) {}

  /** Undefined when this BYE is not the first one. */
  report(bye: SipRequest): ProxyReport | undefined {
    const dialog = dialogOf(bye);
    if (this.#dialogs.has(dialog)) return undefined;
    this.#dialogs.add(dialog);
    let challenged = false;
    return {
      response: ({ status }) => {
        challenged = isChallenge(status);
      },
      done: () => {
        if (challenged) {
          this.#dialogs.delete(dialog);
          return;
        }
        // The call that came in, and the one that went on.
        this.calls.stop('network', 'normal-release', bye.delivered());
        this.calls.stop('application', 'normal-release', bye.delivered());
        this.clock.after(this.memoryMs, () => this.#dialogs.delete(dialog));
      },
    };
  }
}
