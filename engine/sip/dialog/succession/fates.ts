/**
 * What an application leaves behind when it is gone, and what becomes of it: everything that can be left, by every turn
 * that things can take. docs/sip-server.md has the same for those who use it.
 */

/**
 * `abandoned`: the application is gone, and nobody will take over by itself. `inherited`: it is gone, and had a name: a
 * stand-in takes its place. `takenOver`: another one of the name has accepted it. `unclaimed`: the time for that is over.
 */
export type Turn = 'abandoned' | 'inherited' | 'takenOver' | 'unclaimed';

/**
 * Requests of the far end without a final answer: its BYE, another one inside a dialog, the INVITE that a dialog begins
 * with, and one that has nothing to do with a dialog.
 */
export type RequestKind = 'bye' | 'within' | 'invite' | 'outside';
/** `hand`: it is the next owner's. `deliver`: that one is also given it. */
export type RequestFate = 'answer200' | 'answer481' | 'answer503' | 'hand' | 'deliver';

/** Our INVITE without a final answer. */
export type InviteFate = 'cancel' | 'hand';

/**
 * A dialog with nothing open but requests; and those whose 2xx to our INVITE has got no ACK: one that we can make, because
 * the offer was in the INVITE; one that has to answer the offer in the 2xx; and one to a call that was cancelled too late.
 */
export type DialogKind = 'settled' | 'unacknowledged' | 'offering' | 'cancelled';
/** `answered`: the 2xx came during the wait. */
export type DialogTurn = Turn | 'answered';
/** `keep`: it stays whose it is. */
export type DialogFate = 'keep' | 'hand' | 'end' | 'acknowledge' | 'acknowledgeAndHand' | 'acknowledgeAndEnd';

type Fates<T extends string, Fate> = Readonly<Record<T, Fate>>;

/** RFC 3261 section 12.2.2: 481 says that the dialog is gone. Whoever gets 503 may call again. */
export const requestFates: Readonly<Record<RequestKind, Fates<Turn, RequestFate>>> = {
  bye: { abandoned: 'answer200', inherited: 'hand', takenOver: 'deliver', unclaimed: 'answer200' },
  within: { abandoned: 'answer503', inherited: 'hand', takenOver: 'deliver', unclaimed: 'answer481' },
  invite: { abandoned: 'answer503', inherited: 'hand', takenOver: 'deliver', unclaimed: 'answer503' },
  // It can be sent again, and so does not wait.
  outside: { abandoned: 'answer503', inherited: 'answer503', takenOver: 'answer503', unclaimed: 'answer503' },
};

export const inviteFates: Fates<Turn, InviteFate> = {
  abandoned: 'cancel',
  inherited: 'hand',
  takenOver: 'hand',
  unclaimed: 'cancel',
};

export const dialogFates: Readonly<Record<DialogKind, Fates<DialogTurn, DialogFate>>> = {
  settled: { abandoned: 'keep', inherited: 'hand', answered: 'keep', takenOver: 'hand', unclaimed: 'end' },
  unacknowledged: {
    abandoned: 'acknowledgeAndEnd',
    inherited: 'acknowledgeAndHand',
    answered: 'acknowledge',
    takenOver: 'acknowledgeAndHand',
    unclaimed: 'acknowledgeAndEnd',
  },
  offering: {
    abandoned: 'acknowledgeAndEnd',
    // The one that is gone had got the 2xx, and nobody else can say what the ACK has to.
    inherited: 'acknowledgeAndEnd',
    answered: 'keep',
    takenOver: 'hand',
    unclaimed: 'acknowledgeAndEnd',
  },
  cancelled: {
    abandoned: 'acknowledgeAndEnd',
    inherited: 'acknowledgeAndEnd',
    answered: 'acknowledgeAndEnd',
    takenOver: 'acknowledgeAndEnd',
    unclaimed: 'acknowledgeAndEnd',
  },
};
