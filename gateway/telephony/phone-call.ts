import type { Logger } from 'pino';
import type { Dialplan, Trunk } from './dialplan/index.js';
import { type Destination, InviteRefused, invite } from './invitation.js';
import { judge } from './outcomes.js';
import { e164, formatNumber } from './phone-number.js';
import { CallFailure, type PhoneInvitation, type SipDialog } from './port.js';
import type { SipServer } from './sip-server.js';

export interface PhoneCallOptions {
  server: SipServer;
  dialplan: Dialplan;
  logger: Logger;
}

function destination(trunk: Trunk, { number, callerId }: PhoneInvitation): Destination {
  const caller = formatNumber(callerId, trunk.callerIdFormat, trunk.country);
  const called = formatNumber(number, trunk.numberFormat, trunk.country);
  // The SIP server writes its own address in place of `localhost`.
  const identity = `<sip:${caller}@${trunk.fromDomain ?? 'localhost'}>`;
  return {
    uri: `sip:${called}@${trunk.hostPort}${trunk.transport === 'udp' ? '' : `;transport=${trunk.transport}`}`,
    from: identity,
    headers: { 'P-Asserted-Identity': identity },
    auth: trunk.auth,
  };
}

/**
 * Calls a number through the trunks of the first outbound route that fits, one after the other while the fault is with
 * the trunk and not with the callee (see outcomes.ts).
 * @throws CallFailure
 */
export async function invitePhone(
  options: PhoneCallOptions,
  invitation: PhoneInvitation,
): Promise<SipDialog> {
  const { server, dialplan, logger } = options;
  const { number, callerId, interactionId } = invitation;
  if (!e164.test(number) || !e164.test(callerId)) {
    throw new CallFailure('invalid_number', 'Number and caller id have to be E.164');
  }
  let failure = new CallFailure('no_trunk', 'No outbound route fits this number');
  for (const trunk of dialplan.trunksFor(number)) {
    const log = logger.child({ interactionId, trunk: trunk.name });
    try {
      return await invite(server, destination(trunk, invitation), invitation, log);
    } catch (error) {
      if (!(error instanceof InviteRefused)) throw error;
      const { outcome, tryNext } = judge(error.response);
      failure = new CallFailure(outcome, `${trunk.name}: ${error.message}`, error.response.status);
      log.info({ outcome, sipStatus: error.response.status, tryNext }, 'call not completed');
      if (!tryNext) break;
    }
  }
  throw failure;
}
