/** What an application is told of a dialog that it may take over. The words for states and sides are RFC 4235's. */
import type { Application } from '../application.js';
import type { OutgoingInvite } from '../client/outgoing-invite.js';
import { type Dialog, dialogId } from '../dialog.js';
import type { DialogStore } from '../dialog-store.js';
import type { Exchange, ExchangeTable } from '../server/exchange.js';
import { eventText } from '../subscription/event-use.js';
import type { SubscriptionRole } from '../subscription/subscription-states.js';

export interface DialogEntry {
  id: string;
  /**
   * `terminated`: the far end's BYE waits to be answered, or has been answered because nobody came; or only subscriptions
   * use it.
   */
  state: 'trying' | 'early' | 'confirmed' | 'terminated';
  /** Who sent the INVITE that made it: we (`initiator`), or the far end. */
  direction: 'initiator' | 'recipient';
  /** `none`: its application is gone, and this one may take it; `other`: it is somebody's. */
  owner: 'none' | 'other';
  callId: string;
  localTag: string;
  /** Empty as long as there was no answer with one. */
  remoteTag: string;
  /** From and To of requests that we send. */
  local: string;
  remote: string;
  localContact: string;
  remoteTarget: string;
  routeSet: readonly string[];
  localSequence: number;
  /** -1 before the far end's first request. */
  remoteSequence: number;
  ageSeconds: number;
  /** An INVITE without a final answer: by whom, and the transaction id that it is answered or cancelled with. */
  invite?: { from: 'us' | 'peer'; transaction: string };
  /** Requests of the far end that are delivered after the take-over. */
  waiting: number;
  /** What uses it besides the call, or in its place (RFC 6665): the state is `terminated` where there is no call. */
  subscriptions?: { role: SubscriptionRole; event: string }[];
}

/** Everything that goes by one dialog id. */
export interface Holding {
  id: string;
  dialog?: Dialog;
  /** Our INVITE that is under way. */
  sent?: OutgoingInvite;
  /** Those before it: an early dialog may have got another one before the one that made it was answered. */
  sentBefore?: OutgoingInvite[];
  /** Requests that wait, in the order they came. */
  exchanges: Exchange[];
}

export interface Holders {
  dialogs: DialogStore;
  exchanges: ExchangeTable;
  pending: ReadonlyMap<string, OutgoingInvite>;
}

/** The dialog that a request which waits is in, or is about to make; undefined when it makes none. */
export function dialogIdOf({ dialog, request }: Exchange): string | undefined {
  if (dialog !== undefined) return dialog.id;
  return request.method === 'INVITE' ? dialogId(request.callId, request.fromTag ?? '') : undefined;
}

export const ownerOf = ({ dialog, sent, exchanges }: Holding): Application | undefined =>
  exchanges[0]?.application ?? sent?.application ?? dialog?.application;

/** What there is by those ids; what has ended is left out. */
export function holdings(ids: Iterable<string>, holders: Holders): Holding[] {
  const byId = new Map<string, Holding>();
  for (const id of ids) byId.set(id, { id, dialog: holders.dialogs.ofId(id), exchanges: [] });
  for (const exchange of holders.exchanges.all()) {
    const holding = byId.get(dialogIdOf(exchange) ?? '');
    // A dialog that a BYE has ended is found with the BYE alone.
    if (holding !== undefined) holding.dialog ??= exchange.dialog;
    holding?.exchanges.push(exchange);
  }
  for (const invite of holders.pending.values()) {
    const holding = byId.get(invite.dialogId);
    if (holding === undefined) continue;
    if (holding.sent !== undefined) holding.sentBefore = [...(holding.sentBefore ?? []), holding.sent];
    holding.sent = invite;
  }
  return [...byId.values()].filter(holding => ownerOf(holding) !== undefined);
}

/** The ids of all dialogs of the applications that `wanted` picks. */
export function idsOf(wanted: (application: Application) => boolean, holders: Holders): Set<string> {
  const ids = new Set<string>();
  for (const dialog of holders.dialogs.all()) if (wanted(dialog.application)) ids.add(dialog.id);
  for (const exchange of holders.exchanges.all()) {
    const id = dialogIdOf(exchange);
    if (id !== undefined && wanted(exchange.application)) ids.add(id);
  }
  for (const invite of holders.pending.values()) if (wanted(invite.application)) ids.add(invite.dialogId);
  return ids;
}

export function entryOf(holding: Holding, owner: DialogEntry['owner'], now: number): DialogEntry {
  const { id, dialog, sent, exchanges } = holding;
  const received = exchanges.find(({ request }) => request.method === 'INVITE');
  const base = dialog === undefined ? beforeDialog(holding) : ofDialog(dialog);
  const { since, ...rest } = base;
  return {
    id,
    ...rest,
    owner,
    ageSeconds: Math.floor((now - since) / 1_000),
    ...(received === undefined ? {} : { invite: { from: 'peer' as const, transaction: received.id } }),
    ...(sent === undefined ? {} : { invite: { from: 'us' as const, transaction: sent.id } }),
    waiting: exchanges.length,
    ...(dialog === undefined || dialog.subscriptions.length === 0
      ? {}
      : {
          subscriptions: dialog.subscriptions.map(({ role, event }) => ({ role, event: eventText(event) })),
        }),
  };
}

type Described = Omit<DialogEntry, 'id' | 'owner' | 'ageSeconds' | 'invite' | 'waiting'> & { since: number };

function ofDialog(dialog: Dialog): Described {
  const { callId, localTag, remoteTag, local, remote, localContact, remoteTarget, routeSet } = dialog;
  const { state, localSequence, remoteSequence, since } = dialog;
  return {
    state: dialog.heldBye === undefined ? state : 'terminated',
    direction: dialog.id === dialogId(callId, localTag) ? 'initiator' : 'recipient',
    ...{ callId, localTag, remoteTag, local, remote, localContact, remoteTarget, routeSet },
    ...{ localSequence, remoteSequence, since },
  };
}

function beforeDialog({ sent, exchanges }: Holding): Described {
  if (sent !== undefined) return sent.description;
  const { request, since, localTag = '' } = exchanges[0] as Exchange;
  const sequence = request.cseq?.number ?? 0;
  return {
    state: 'trying',
    direction: 'recipient',
    callId: request.callId,
    localTag,
    remoteTag: request.fromTag ?? '',
    local: request.to,
    remote: request.from,
    localContact: '',
    remoteTarget: request.uri,
    routeSet: [],
    localSequence: sequence,
    remoteSequence: sequence,
    since,
  };
}
