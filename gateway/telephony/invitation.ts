import type { Logger } from 'pino';
import { ConfirmedDialog } from './dialog.js';
import { dialogIdOf, fromTag, newCallId } from './dialog-id.js';
import type { FinalResponse } from './outcomes.js';
import { CallFailure, completedElsewhere, type Progress } from './port.js';
import { retryAfterOf } from './retry-after.js';
import type { SipServer } from './sip-server.js';
import type { SipRequest, SipResponse, SipStatusError, SrfDialog, UacCallbacks } from './srf.js';

/** Where an INVITE goes and what it says besides our offer. */
export interface Destination {
  uri: string;
  /** name-addr, without parameters. */
  from: string;
  headers: Record<string, string>;
  auth?: { username: string; password: string };
}

export interface Ringing {
  offer: string;
  signal: AbortSignal;
  onProgress?: (progress: Progress) => void;
  onSent?: (callId: string) => void;
}

/** The INVITE was answered with a failure, or could not be sent. */
export class InviteRefused extends Error {
  override readonly name = 'InviteRefused';
  constructor(
    readonly response: FinalResponse,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Sends one INVITE and waits for its end.
 * @throws InviteRefused, or CallFailure `cancelled` (the signal) and `dropped` (the SIP server was lost)
 */
export function invite(
  server: SipServer,
  destination: Destination,
  ringing: Ringing,
  logger: Logger,
): Promise<ConfirmedDialog> {
  const { signal } = ringing;
  const { promise, resolve, reject } = deferred<ConfirmedDialog>();
  let sent: SipRequest | undefined;
  let settled = false;

  const settle = (act: () => void) => {
    settled = true;
    signal.removeEventListener('abort', onAbort);
    offLost();
    act();
  };
  const abandon = (failure: Error) => {
    if (settled) return;
    settle(() => reject(failure));
    if (sent) cancel(server, sent, signal);
  };
  const onAbort = () => abandon(cancelled());
  const offLost = server.onLost(() =>
    abandon(new CallFailure('dropped', 'The SIP server was lost while it rang')),
  );
  const tell = (act: () => void) => {
    // A listener's fault must not end up in srf's socket handler.
    try {
      act();
    } catch (error) {
      abandon(error instanceof Error ? error : new Error(String(error)));
    }
  };
  signal.addEventListener('abort', onAbort, { once: true });

  if (signal.aborted || !server.connected()) {
    abandon(signal.aborted ? cancelled() : new CallFailure('dropped', 'The SIP server is not connected'));
    return promise;
  }
  const { uri, auth, from } = destination;
  const callId = newCallId();
  const headers = {
    ...destination.headers,
    From: `${from};tag=${fromTag(callId)}`,
    // In lower case, or the digest's second INVITE would have two of them: srf adds its own under that name.
    'call-id': callId,
    'Content-Type': 'application/sdp',
  };
  const answered = (answer: SrfDialog) => {
    const dialog = new ConfirmedDialog(server, answer, logger);
    // The answer crossed our CANCEL: RFC 3261 9.1 leaves us a dialog to end.
    if (settled) server.farewell(dialog.end());
    else if (dialog.remoteSdp) settle(() => resolve(dialog));
    else {
      settle(() => reject(new CallFailure('failed', 'The peer answered without a session description')));
      server.farewell(dialog.end());
    }
  };
  const progress: UacCallbacks = {
    cbRequest: (_error, request) => {
      sent = request;
      if (!request) return;
      if (settled) cancel(server, request, signal);
      else tell(() => ringing.onSent?.(callId));
    },
    cbProvisional: ({ status, body }) => {
      if (!settled) tell(() => ringing.onProgress?.({ status, sdp: body || undefined }));
    },
  };
  try {
    server.srf.createUAC(uri, { headers, localSdp: ringing.offer, auth }, progress, (error, dialog) => {
      if (dialog) answered(dialog);
      else if (!settled) settle(() => reject(refusal(error)));
    });
  } catch (error) {
    // srf has no socket any more, and we are about to hear of it.
    abandon(
      new CallFailure(
        'dropped',
        `The SIP server was lost: ${error instanceof Error ? error.message : error}`,
      ),
    );
  }
  return promise;
}

const cancelled = () => new CallFailure('cancelled', 'Cancelled before it was answered');

/** RFC 3326 2: a telephone that knows that the call was taken by another one shows no missed call. */
const elsewhere = { Reason: 'SIP;cause=200;text="Call completed elsewhere"' };

/** Sends CANCEL; over the next connection, should this one be lost. */
function cancel(server: SipServer, request: SipRequest, { reason }: AbortSignal): void {
  const headers: Record<string, string> = reason === completedElsewhere ? elsewhere : {};
  if (server.connected()) {
    server.farewell(
      new Promise<void>((resolve, reject) =>
        request.cancel({ headers }, error => (error ? reject(error) : resolve())),
      ),
    );
    return;
  }
  const callId = request.get('Call-ID') ?? '';
  server.whenConnected(async () => {
    // It may have been answered meanwhile; then the one does nothing and the other ends it.
    await Promise.allSettled([server.cancelEarlier(request, headers), server.bye(dialogIdOf(callId))]);
  });
}

function refusal(error: unknown): Error {
  const status = (error as Partial<SipStatusError>).status;
  if (typeof status === 'number') {
    const response: SipResponse | undefined = (error as SipStatusError).res;
    const retryAfter = response && retryAfterOf(response);
    const reasonHeader = response?.get('Reason');
    return new InviteRefused(
      { status, reasonHeader, local: !response?.source_address, retryAfter },
      `${status} ${(error as SipStatusError).reason ?? ''}`.trim(),
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  return new InviteRefused({ status: 503, local: true }, `The SIP server could not send it: ${message}`);
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: Error) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
