import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Sql } from '../store/index.js';
import { type Destination, InviteRefused, invite } from './invitation.js';
import { judge } from './outcomes.js';
import { type AgentInvitation, CallFailure, type SipDialog } from './port.js';
import { type Binding, liveBindings, type SoftphoneOwner, unbind } from './registrations-sql.js';
import type { SipServer } from './sip-server.js';

export interface AgentCallOptions {
  server: SipServer;
  sql: Sql;
  logger: Logger;
  domain: string;
  onChange: (owner: SoftphoneOwner) => void;
}

/** The announcement of a registration may be ahead of the answer to it, by which the SIP server learns of it, milliseconds. */
const headStartMs = 250;

/** A name for a header: no line break, and nothing that ends the quotes (RFC 3261 25.1 quoted-string). */
function quoted(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get into a header
  const clean = name.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 128);
  return `"${clean.replace(/["\\]/g, '\\$&')}"`;
}

function destination(binding: Binding, invitation: AgentInvitation, domain: string): Destination {
  const { callerName, callerNumber, interactionId } = invitation;
  return {
    uri: binding.contact,
    from: `${callerName ? `${quoted(callerName)} ` : ''}<sip:${callerNumber}@${domain}>`,
    headers: {
      To: `<sip:${binding.username}@${domain}>`,
      'X-Ringbridge-Interaction': interactionId,
    },
  };
}

/**
 * Rings the user's newest softphone. One that turns out to be gone is taken out of the registrations and the next is
 * tried.
 * @throws CallFailure
 */
export async function inviteAgent(
  options: AgentCallOptions,
  invitation: AgentInvitation,
): Promise<SipDialog> {
  const { server, sql, logger, domain, onChange } = options;
  const { tenantId, userId, interactionId } = invitation;
  const owner = { tenantId, userId };
  const log = logger.child({ interactionId, userId });
  for (const { fresh, ...binding } of await liveBindings(sql, owner)) {
    const ring = () => invite(server, destination(binding, invitation, domain), invitation, log);
    try {
      return await ring().catch(async error => {
        if (!fresh || !(error instanceof InviteRefused && isGone(error))) throw error;
        await delay(headStartMs);
        return await ring();
      });
    } catch (error) {
      if (!(error instanceof InviteRefused)) throw error;
      if (!isGone(error))
        throw new CallFailure(judge(error.response).outcome, error.message, error.response.status);
      log.info({ contact: binding.contact, reason: error.message }, 'softphone is gone');
      if (await unbind(sql, { ...owner, binding, reason: 'unreachable' })) onChange(owner);
    }
  }
  throw new CallFailure('unreachable', 'The agent has no softphone that can be reached');
}

/** Nobody is there: no connection (RFC 5626 5.3.1), or the SIP server's own answer. */
function isGone({ response }: InviteRefused): boolean {
  return response.local || response.status === 430;
}
