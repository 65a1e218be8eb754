import type { EventEmitter } from 'node:events';
import Srf from 'drachtio-srf';
import type { Logger } from 'pino';
import { atMost } from '../at-most.js';
import { ConfirmedDialog } from './dialog.js';
import type { SipServer } from './sip-server.js';
import type { SipRequest, SipResponse, SrfDialog } from './srf.js';

/** One dialog of the SIP server's list (docs/sip-server.md, "dialogs outlive their application"). */
interface DialogEntry {
  id: string;
  state: string;
  direction: 'initiator' | 'recipient';
  waiting: number;
  owner: 'none' | 'other';
  callId: string;
  local: string;
  remote: string;
  localContact: string;
  remoteTarget: string;
}

interface DialogList {
  last: boolean;
  dialogs: DialogEntry[];
}

/** What of drachtio-srf its declared types leave out. */
interface Library {
  SipMessage: new (text: string) => object;
  SipRequest: new (message: object, meta: object) => object;
  SipResponse: new (agent: unknown) => object;
  Dialog: new (srf: unknown, type: 'uac' | 'uas', parts: object) => SrfDialog;
}
const library = Srf as unknown as Library;

/** The header of the list. The SIP server takes it out of every message from the network. */
export const listHeader = 'X-Ringbridge-Dialogs';

/** How long a start waits for the list, milliseconds. */
const listMs = 3_000;

/** The SIP server gives a dialog that nobody takes up after half a minute; then it may be forgotten here, too. */
const rememberMs = 60_000;

/**
 * The dialogs of gateways that are no more, as the SIP server tells them to every gateway of the house. Nobody takes
 * the whole list: the store says whose a call is, and he names it, which makes it his.
 */
export class Inheritance {
  readonly #server: SipServer;
  readonly #logger: Logger;
  readonly #entries = new Map<string, DialogEntry>();
  /** Dialogs whose far end had hung up when nobody came for them in time. */
  readonly #hungUp = new Set<string>();
  #notice: SipRequest | undefined;
  #told: () => void = () => undefined;
  #whole: Promise<void>;

  constructor(server: SipServer, logger: Logger) {
    this.#server = server;
    this.#logger = logger;
    this.#whole = this.#nextList();
    server.onLost(() => {
      this.#entries.clear();
      this.#notice = undefined;
      this.#whole = this.#nextList();
    });
  }

  /** A drachtio-server keeps dialogs, too, but gives the far end's requests in them to nobody else. */
  get possible(): boolean {
    return this.#server.tellsFlows();
  }

  /** Takes a page of the list in, and declines it: what is wanted is named one by one. */
  hear(notice: SipRequest, response: SipResponse): void {
    const { dialogs, last } = JSON.parse(notice.body ?? '') as DialogList;
    this.#notice = notice;
    for (const entry of dialogs) if (entry.owner === 'none') this.#remember(entry);
    if (last) this.#told();
    response.send(480);
  }

  /** Resolves when the SIP server has told what there is. */
  async whole(): Promise<void> {
    if (!this.possible) return;
    await atMost(listMs, this.#whole);
  }

  /**
   * Takes a dialog over. One whose far end has hung up meanwhile is taken as well, and tells its end.
   * @param localSdp what we have described last
   * @returns undefined when the SIP server does not know it any more
   */
  take(callId: string, localSdp: string): ConfirmedDialog | undefined {
    const entry = this.#entries.get(callId);
    if (!entry || !this.#notice) return undefined;
    this.#entries.delete(callId);
    const theirs = entry.direction === 'recipient';
    const made = this.#made(this.#notice, entry, localSdp);
    const dialog = new ConfirmedDialog(this.#server, made, this.#logger, { theirs });
    void dialog.claim();
    return dialog;
  }

  /** Whether the far end had hung up by itself when nobody came for the dialog in time. */
  hungUp(callId: string): boolean {
    return this.#hungUp.has(callId);
  }

  /** A dialog that nobody takes over. Returns the SIP server's name for it, where it has told of it. */
  leave(callId: string): string | undefined {
    const entry = this.#entries.get(callId);
    this.#entries.delete(callId);
    return entry?.id;
  }

  #nextList(): Promise<void> {
    return new Promise(resolve => {
      this.#told = resolve;
    });
  }

  #remember(entry: DialogEntry): void {
    // As a ConfirmedDialog names it.
    const name = entry.direction === 'initiator' ? entry.callId : entry.id;
    const over = entry.state === 'terminated' && entry.waiting === 0;
    if (over) this.#hungUp.add(name);
    else this.#entries.set(name, entry);
    setTimeout(() => {
      this.#hungUp.delete(name);
      if (this.#entries.get(name) === entry) this.#entries.delete(name);
    }, rememberMs).unref();
  }

  /** drachtio-srf makes its object from the INVITE and the 200: they are put together again from the entry. */
  #made(notice: SipRequest, entry: DialogEntry, localSdp: string): SrfDialog {
    const { agent, socket } = notice as unknown as { agent: unknown; socket: unknown };
    const ours = entry.direction === 'initiator';
    const target = `<${entry.remoteTarget}>`;
    const meta = { source: ours ? 'application' : 'network', dialogId: entry.id };
    const invite = messageOf(
      `INVITE ${entry.remoteTarget} SIP/2.0`,
      entry,
      ours ? entry.localContact : target,
      ours ? localSdp : '',
    );
    const sent = messageOf('SIP/2.0 200 OK', entry, ours ? target : entry.localContact, ours ? '' : localSdp);
    const req = Object.assign(new library.SipRequest(invite, meta), { agent, socket });
    const res = Object.assign(new library.SipResponse(agent), { msg: sent, meta, socket });
    const { srf } = this.#server;
    const dialog = new library.Dialog(srf, ours ? 'uac' : 'uas', { req, res, sent });
    (srf as EventEmitter as unknown as { addDialog(dialog: SrfDialog): void }).addDialog(dialog);
    return dialog;
  }
}

function messageOf(startLine: string, entry: DialogEntry, contact: string, body: string): object {
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
