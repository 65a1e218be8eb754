/** The steps of an interaction, each one statement: the table in states.ts as SQL. */

export {
  askToConfirm,
  confirm,
  customerAnswered,
  customerLeft,
  failCustomer,
  giveUp,
  releaseCustomer,
  startDialing,
} from './customer.js';
export { backToQueue, intoWrapUp, isOwnCall, offTheLine } from './fragments.js';
export {
  type InteractionRef,
  isLogged,
  move,
  type ServedInteraction,
  servedColumns,
  takenBefore,
} from './move.js';
export {
  accept,
  agentGone,
  callOver,
  decline,
  expireOffer,
  failProbe,
  loseAgent,
  proveAgent,
  unprovenOffers,
} from './offer.js';
export { type OfferedTo, offeredTo, takenBy } from './several.js';
export { bridge, cancel, end, requestHangup } from './talk.js';
export { extendWrapUp, finish, wrapUps } from './wrap-up.js';
