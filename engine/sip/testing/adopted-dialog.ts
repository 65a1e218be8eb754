/**
 * A dialog of drachtio-srf for one that another process began. The library makes its object from the INVITE and the
 * 200; here they are put together again from what the server's list says, and nothing in the library is changed.
 */
import type { EventEmitter } from 'node:events';
import Srf, { type Dialog, type SrfRequest, type SrfResponse } from 'drachtio-srf';

/** What of the list is needed; docs/sip-server.md has the whole. */
export interface AdoptedEntry {
  id: string;
  state: string;
  direction: 'initiator' | 'recipient';
  callId: string;
  local: string;
  remote: string;
  localContact: string;
  remoteTarget: string;
  localSequence: number;
  invite?: { from: 'us' | 'peer'; transaction: string };
}

interface Bodies {
  local: string;
  remote: string;
}

/** What the declared types of the library leave out. */
interface Library {
  SipMessage: new (text: string) => object;
  SipRequest: new (message: object, meta: object) => { socket: unknown };
  SipResponse: new (agent: unknown) => { msg: object; meta: object; socket: unknown };
  SipError: new (status: number, reason: string) => Error;
  Dialog: new (srf: Srf, type: 'uac' | 'uas', parts: object) => Dialog;
}

const library = Srf as unknown as Library;

/** What the library keeps of a connection to the server. */
interface Agent {
  mapServer: Map<unknown, { pendingSipRequests: Map<string, { req: object }> }>;
}

function message(
  startLine: string,
  entry: AdoptedEntry,
  contact: string,
  body: string,
  sequence = 1,
): object {
  const ours = entry.direction === 'initiator';
  const lines = [
    startLine,
    `From: ${ours ? entry.local : entry.remote}`,
    `To: ${ours ? entry.remote : entry.local}`,
    `Call-ID: ${entry.callId}`,
    `CSeq: ${sequence} INVITE`,
    `Contact: ${contact}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return new library.SipMessage(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/**
 * The dialog as an object that `srf` knows: it hangs up, modifies, and gets the far end's requests.
 * @param notice the request with the list, whose connection the dialog is used over from now on
 * @param sdp what the two sides last agreed on, as far as the application has kept it
 */
export function adopt(srf: Srf, notice: SrfRequest, entry: AdoptedEntry, sdp: Bodies): Dialog {
  const { agent, socket } = notice as unknown as { agent: unknown; socket: unknown };
  const ours = entry.direction === 'initiator';
  const target = `<${entry.remoteTarget}>`;
  const [asked, answered] = ours ? [entry.localContact, target] : [target, entry.localContact];
  const [offer, reply] = ours ? [sdp.local, sdp.remote] : [sdp.remote, sdp.local];
  const invite = message(`INVITE ${entry.remoteTarget} SIP/2.0`, entry, asked, offer);
  const sent = message('SIP/2.0 200 OK', entry, answered, reply);
  const meta = { source: ours ? 'application' : 'network', dialogId: entry.id };
  const req = Object.assign(new library.SipRequest(invite, meta), { agent, socket });
  const res = Object.assign(new library.SipResponse(agent), { msg: sent, meta, socket });
  const dialog = new library.Dialog(srf, ours ? 'uac' : 'uas', { req, res, sent });
  (srf as unknown as { addDialog(dialog: Dialog): void }).addDialog(dialog);
  return dialog;
}

export interface AdoptedInvite {
  /** To be cancelled by `cancel`. */
  request: SrfRequest;
  /** As of createUAC: rejected with the status of a final response that is no success. */
  dialog: Promise<Dialog>;
}

/**
 * An INVITE of ours that has no final answer yet.
 * @param localSdp the offer it went with, as far as the application has kept it
 * @param onProvisional is given each provisional response from now on
 */
export function adoptInvite(
  srf: Srf,
  notice: SrfRequest,
  entry: AdoptedEntry,
  localSdp: string,
  onProvisional: (response: SrfResponse) => void,
): AdoptedInvite {
  const { agent, socket } = notice as unknown as { agent: Agent; socket: unknown };
  const transactionId = entry.invite?.transaction ?? '';
  const { remoteTarget, localContact, localSequence } = entry;
  const sent = message(`INVITE ${remoteTarget} SIP/2.0`, entry, localContact, localSdp, localSequence);
  const meta = { source: 'application', transactionId, dialogId: entry.id };
  const request = Object.assign(new library.SipRequest(sent, meta), { agent, socket });
  // From here on the library brings the responses of that transaction to the object.
  agent.mapServer.get(socket)?.pendingSipRequests.set(transactionId, { req: request });
  const dialog = new Promise<Dialog>((resolve, reject) => {
    (request as unknown as EventEmitter).on('response', (res: SrfResponse, ack: () => void) => {
      if (res.status < 200) {
        onProvisional(res);
        if (res.has('RSeq')) ack();
        return;
      }
      ack();
      if (res.status >= 300) {
        reject(new library.SipError(res.status, res.reason));
        return;
      }
      const made = new library.Dialog(srf, 'uac', { req: request, res });
      (srf as unknown as { addDialog(dialog: Dialog): void }).addDialog(made);
      resolve(made);
    });
  });
  return { request: request as unknown as SrfRequest, dialog };
}
