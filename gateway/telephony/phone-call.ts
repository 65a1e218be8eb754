import type { Logger } from 'pino';
import type { Sql } from '../store/index.js';
import type { Trunk } from './dialplan/index.js';
import { type Destination, InviteRefused, invite } from './invitation.js';
import { judge } from './outcomes.js';
import { e164, formatNumber } from './phone-number.js';
import { CallFailure, type PhoneInvitation, type SipDialog } from './port.js';
import type { SipServer } from './sip-server.js';
import { trunkUri } from './trunks/address.js';
import { type Channel, mayPresent, type Trunks } from './trunks/index.js';
import { TrunkBarred } from './trunks/link.js';

export interface PhoneCallOptions {
  server: SipServer;
  sql: Sql;
  trunks: Trunks;
  logger: Logger;
}

function destination(trunk: Trunk, { number, callerId }: PhoneInvitation): Destination {
  const caller = formatNumber(callerId, trunk.callerIdFormat, trunk.country);
  const called = formatNumber(number, trunk.numberFormat, trunk.country);
  // The SIP server writes its own address in place of `localhost`.
  const identity = `<sip:${caller}@${trunk.fromDomain ?? 'localhost'}>`;
  return {
    uri: trunkUri(trunk, called),
    from: identity,
    headers: { 'P-Asserted-Identity': identity },
    auth: trunk.auth,
  };
}

/** Why a trunk was not even tried. */
const passedOver = { down: 'is down', full: 'has no free channel', rate: 'has no free turn' } as const;

/**
 * Calls a number through the company's own trunks and those of the first outbound route that fits, one after the other while the fault is with
 * the trunk and not with the callee (see outcomes.ts). Trunks that are down are tried when nothing else is left: they
 * may be up again, and a call that fails costs less than one that is not made.
 * @throws CallFailure
 */
export async function invitePhone(
  options: PhoneCallOptions,
  invitation: PhoneInvitation,
): Promise<SipDialog> {
  const { sql, trunks } = options;
  const { number, callerId, tenantId } = invitation;
  if (!e164.test(number) || !e164.test(callerId)) {
    throw new CallFailure('invalid_number', 'Number and caller id have to be E.164');
  }
  if (!(await mayPresent(sql, tenantId, callerId))) {
    throw new CallFailure('failed', `The company has not proven that ${callerId} is its own number`);
  }
  let failure = new CallFailure('no_trunk', 'No trunk or outbound route fits this number');
  let candidates = trunks.lines.candidates(invitation);
  for (const evenIfDown of [false, true]) {
    const down: Trunk[] = [];
    for (const trunk of candidates) {
      const channel = await trunks.channels
        .take(trunk, invitation, { evenIfDown, signal: invitation.signal })
        .catch(error => {
          if (invitation.signal.aborted) throw new CallFailure('cancelled', 'Cancelled before it was sent');
          throw error;
        });
      if (typeof channel === 'string') {
        if (channel === 'down') down.push(trunk);
        if (failure.outcome === 'no_trunk')
          failure = new CallFailure('no_trunk', `${trunk.name} ${passedOver[channel]}`);
        continue;
      }
      const result = await tryTrunk(options, invitation, trunk, channel);
      if (!('failure' in result)) return result.dialog;
      failure = result.failure;
      if (!result.tryNext) throw failure;
    }
    candidates = down;
  }
  throw failure;
}

/** One INVITE over one trunk. Its channel is given back when the call is over, or was not to be. */
async function tryTrunk(
  { server, trunks, logger }: PhoneCallOptions,
  invitation: PhoneInvitation,
  trunk: Trunk,
  channel: Channel,
): Promise<{ dialog: SipDialog } | { failure: CallFailure; tryNext: boolean }> {
  const log = logger.child({ interactionId: invitation.interactionId, trunk: trunk.name });
  try {
    await trunks.link.admit(trunk);
    const dialog = await invite(server, destination(trunk, invitation), invitation, log);
    dialog.whenOver(channel.release);
    void trunks.judge(trunk, 'works');
    return { dialog };
  } catch (error) {
    channel.release();
    if (error instanceof TrunkBarred) {
      log.warn({ err: error }, 'call not sent');
      return { failure: new CallFailure('unreachable', `${trunk.name} ${error.message}`), tryNext: true };
    }
    if (!(error instanceof InviteRefused)) throw error;
    const { response, message } = error;
    const { outcome, tryNext } = judge(response);
    void trunks.judge(trunk, response);
    log.info({ outcome, sipStatus: response.status, tryNext }, 'call not completed');
    return { failure: new CallFailure(outcome, `${trunk.name}: ${message}`, response.status), tryNext };
  }
}
