import { createHmac, randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Announcements, Sql } from '../store/index.js';
import { inviteAgent } from './agent-call.js';
import { issueCredential, revokeCredential, type SoftphoneSettings } from './credentials.js';
import { dialogIdOf } from './dialog-id.js';
import type { Dialplan } from './dialplan/index.js';
import { InboundCall } from './inbound-call.js';
import { answerStrangers } from './incoming.js';
import { Inheritance } from './inheritance.js';
import { invitePhone } from './phone-call.js';
import type { IncomingCall, Telephony } from './port.js';
import { Registrar } from './registrar.js';
import { findExpired, liveBindings, type SoftphoneOwner, unbind } from './registrations-sql.js';
import { inviteServer, inviteServerToOffer } from './server-call.js';
import { type ControlAddress, SipServer } from './sip-server.js';
import { AddressGuard } from './trunks/address-guard.js';
import { Trunks } from './trunks/index.js';
import type { PasswordBox } from './trunks/password-box.js';
import { probe } from './trunks/probe.js';

export { SessionOverError, type SoftphoneSettings } from './credentials.js';
export { type Dialplan, DialplanError, loadDialplan } from './dialplan/index.js';
export { type TenantTrunkEntry, tenantTrunk } from './dialplan/schema.js';
export { SourceFile } from './dialplan/source-file.js';
export { iceServersFor } from './ice-servers.js';
export { trunkMetrics } from './metrics.js';
export * from './port.js';
export { SipServerError } from './sip-server.js';
export { ownerOf } from './trunks/index.js';
export { PasswordBox } from './trunks/password-box.js';
export { readTenantTrunk } from './trunks/tenant-trunk.js';

export interface TelephonyOptions {
  sql: Sql;
  logger: Logger;
  /** Where the SIP server listens for its application. */
  control: ControlAddress;
  softphone: SoftphoneSettings;
  dialplan: Dialplan;
  announcements: Announcements;
  /** Opens the passwords of companies' own trunks. */
  passwords: PasswordBox;
  /** Companies' own trunks may lead to private networks, and to this machine. */
  privateTrunks: boolean;
  /** Told after a user got the first softphone or lost the last one, by something this process did. */
  onSoftphoneChange?: (tenantId: string, userId: string) => void;
}

const sweepMs = 10_000;

export function createTelephony(options: TelephonyOptions): Telephony {
  const { sql, control, softphone, dialplan, announcements, passwords } = options;
  const { domain } = softphone;
  const logger = options.logger.child({ module: 'telephony' });
  const onChange = ({ tenantId, userId }: SoftphoneOwner) => options.onSoftphoneChange?.(tenantId, userId);
  const server = new SipServer(control, logger);
  const secret = control.secret
    ? createHmac('sha256', control.secret).update('ringbridge').digest()
    : randomBytes(32);
  const registrar = new Registrar({
    sql,
    logger,
    domain,
    secret,
    onChange,
    tellsFlows: () => server.tellsFlows(),
  });
  const guard = new AddressGuard(options.privateTrunks);
  const trunks = new Trunks({ server, sql, announcements, dialplan, passwords, guard, logger });
  const inheritance = new Inheritance(server, logger);
  let onIncoming = (call: IncomingCall) => call.refuse('not_served');
  answerStrangers({
    ...{ srf: server.srf, callers: trunks.callers, inheritance, logger },
    take: (trunk, request, response) =>
      onIncoming(new InboundCall({ server, trunks, logger }, trunk, request, response)),
  });
  server.srf.register((request, response) => void registrar.handle(request, response));
  let sweeper: NodeJS.Timeout | undefined;

  async function sweep() {
    try {
      for (const owner of await findExpired(sql)) {
        if (await unbind(sql, { ...owner, reason: 'expired' })) onChange(owner);
      }
    } catch (error) {
      logger.error({ err: error }, 'expired registrations could not be taken away');
    }
  }

  return {
    async start() {
      await server.start();
      sweeper = setInterval(sweep, sweepMs).unref();
      await trunks.start();
    },
    async stop() {
      clearInterval(sweeper);
      await trunks.stop();
      await server.stop();
    },
    connected: () => server.connected(),
    trunks: tenantId => trunks.states(tenantId),
    readTrunks: () => trunks.read(),
    admitTrunk: trunk => trunks.admit(trunk),
    async testTrunk(tenantId, id) {
      const trunk = await trunks.stored(tenantId, id);
      return trunk && (await probe(trunk, { link: trunks.link, judge: trunks }));
    },
    async softphoneOf(tenantId, userId) {
      const [newest] = await liveBindings(sql, { tenantId, userId });
      return newest && (newest.transport === 'ws' || newest.transport === 'wss' ? 'webrtc' : 'rtp');
    },
    inviteAgent: invitation => inviteAgent({ server, sql, logger, domain, onChange }, invitation),
    invitePhone: invitation => invitePhone({ server, sql, trunks, logger }, invitation),
    inviteServer: invitation => inviteServer(server, invitation, logger),
    inviteServerToOffer: invitation => inviteServerToOffer(server, invitation, logger),
    onIncoming: listener => {
      onIncoming = listener;
    },
    endStale: callId => server.bye(inheritance.leave(callId) ?? dialogIdOf(callId)),
    keepsCalls: () => inheritance.possible,
    inherited: () => inheritance.whole(),
    hungUpMeanwhile: callId => inheritance.hungUp(callId),
    async adopt({ callId, localSdp, interactionId, trunk }) {
      const dialog = inheritance.take(callId, localSdp);
      if (dialog && trunk) {
        const channel = await trunks.channels.inherit(interactionId);
        dialog.whenOver(() => channel.release());
      }
      return dialog;
    },
    async issueCredential(session) {
      const { credential, unregistered } = await issueCredential(sql, session, softphone);
      if (unregistered) onChange(session);
      return credential;
    },
    async revokeCredential(session) {
      if (await revokeCredential(sql, session)) onChange(session);
    },
  };
}
