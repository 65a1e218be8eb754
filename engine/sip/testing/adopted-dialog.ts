/**
 * A dialog of drachtio-srf for one that another process began. The library makes its object from the INVITE and the
 * 200; here they are put together again from what the server's list says, and nothing in the library is changed.
 */
import Srf, { type Dialog, type SrfRequest } from 'drachtio-srf';

/** What of the list is needed; docs/sip-server.md has the whole. */
export interface AdoptedEntry {
  id: string;
  direction: 'initiator' | 'recipient';
  callId: string;
  local: string;
  remote: string;
  localContact: string;
  remoteTarget: string;
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
  Dialog: new (srf: Srf, type: 'uac' | 'uas', parts: object) => Dialog;
}

const library = Srf as unknown as Library;

function message(startLine: string, entry: AdoptedEntry, contact: string, body: string): object {
  const ours = entry.direction === 'initiator';
  const lines = [
    startLine,
    `From: ${ours ? entry.local : entry.remote}`,
    `To: ${ours ? entry.remote : entry.local}`,
    `Call-ID: ${entry.callId}`,
    'CSeq: 1 INVITE',
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
