import type { Logger } from 'pino';
import type { Endpoint, EndpointKind, MediaServer } from '../media/index.js';
import type { SipDialog } from '../telephony/index.js';

/** How a call ended before what was to be done in it. */
export type BareEnding = 'hung_up' | 'failed';

export interface BareCall {
  kind: EndpointKind;
  /** Of its endpoint. */
  owner: string;
  invite: (offer: string) => Promise<SipDialog>;
  /** Aborted with a `BareEnding` when the peer hangs up, or its media is lost. */
  over: AbortController;
}

/**
 * A call that is nobody's leg, in no interaction and on no books: a code that is read, an echo. It is hung up and freed when
 * what is done in it is over, however that ends.
 * @param act is given the endpoint, and when media can flow
 * @throws CallFailure, MediaError
 */
export async function bareCall<T>(
  { media, logger }: { media: MediaServer; logger: Logger },
  { kind, owner, invite, over }: BareCall,
  act: (endpoint: Endpoint, connected: Promise<void>) => Promise<T>,
): Promise<T> {
  let endpoint: Endpoint | undefined;
  let dialog: SipDialog | undefined;
  try {
    const made = await media.createEndpoint({ kind, owner });
    endpoint = made;
    made.on('lost', () => over.abort('failed' satisfies BareEnding));
    const connected = new Promise<void>(resolve => made.on('connected', resolve));
    dialog = await invite(made.localSdp);
    dialog.onReoffer(offer => made.renegotiate(offer));
    dialog.onEnded(() => over.abort('hung_up' satisfies BareEnding));
    await made.accept(dialog.remoteSdp);
    return await act(made, connected);
  } finally {
    const ending = dialog?.end().catch(error => logger.warn({ err: error }, 'BYE failed'));
    await Promise.all([ending, endpoint?.destroy()]);
  }
}
