import type { Logger } from 'pino';
import { ConfirmedDialog } from './dialog.js';
import { fromTag, newCallId } from './dialog-id.js';
import { type Destination, InviteRefused, invite } from './invitation.js';
import { judge } from './outcomes.js';
import { CallFailure, type LateOffer, type ServerInvitation, type SipDialog } from './port.js';
import type { SipServer } from './sip-server.js';
import type { SrfLateOffer } from './srf.js';

/** The SIP server writes its own address in place of `localhost`. */
function destination({ uri, from, headers = {} }: ServerInvitation): Destination {
  return { uri, from: `<sip:${from}@localhost>`, headers };
}

/**
 * Calls a server of ours with an offer.
 * @throws CallFailure
 */
export async function inviteServer(
  server: SipServer,
  invitation: ServerInvitation & { offer: string },
  logger: Logger,
): Promise<SipDialog> {
  try {
    return await invite(server, destination(invitation), invitation, logger);
  } catch (error) {
    if (!(error instanceof InviteRefused)) throw error;
    const { status } = error.response;
    throw new CallFailure(judge(error.response).outcome, `${invitation.uri}: ${error.message}`, status);
  }
}

/**
 * Calls a server of ours, which is to make the offer. Its 200 is not acknowledged before there is an answer: the server
 * has to bear with that for as long as a telephone may ring.
 * @throws CallFailure
 */
export function inviteServerToOffer(
  server: SipServer,
  invitation: ServerInvitation,
  logger: Logger,
): Promise<LateOffer> {
  const { signal, uri } = invitation;
  const callId = newCallId();
  const { from, headers } = destination(invitation);
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      signal.removeEventListener('abort', onAbort);
      offLost();
      act();
    };
    const fail = (failure: CallFailure) => settle(() => reject(failure));
    const onAbort = () => fail(new CallFailure('cancelled', 'Cancelled before it was answered'));
    const offLost = server.onLost(() => fail(new CallFailure('dropped', 'The SIP server was lost')));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) return onAbort();
    if (!server.connected()) return fail(new CallFailure('dropped', 'The SIP server is not connected'));
    const answered = (error: Error | null, offered?: SrfLateOffer) => {
      if (!offered) {
        const { status } = (error ?? {}) as { status?: number };
        return fail(new CallFailure('failed', `${uri}: ${error?.message ?? 'no offer came'}`, status));
      }
      if (settled) return server.farewell(offered.destroy());
      settle(() => resolve(lateOffer(server, callId, offered, logger)));
    };
    try {
      const allHeaders = { ...headers, From: `${from};tag=${fromTag(callId)}`, 'call-id': callId };
      server.srf.createUAC(uri, { headers: allHeaders, noAck: true }, {}, answered);
    } catch (error) {
      // srf has no socket any more, and we are about to hear of it.
      fail(
        new CallFailure(
          'dropped',
          `The SIP server was lost: ${error instanceof Error ? error.message : error}`,
        ),
      );
    }
  });
}

function lateOffer(server: SipServer, callId: string, offered: SrfLateOffer, logger: Logger): LateOffer {
  return {
    callId,
    offer: offered.sdp,
    answer: async sdp => new ConfirmedDialog(server, await offered.ack(sdp), logger),
    async abandon() {
      const farewell = offered.destroy();
      server.farewell(farewell);
      await farewell;
    },
  };
}
