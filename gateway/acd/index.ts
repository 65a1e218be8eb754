export { agentAway, agentBack, awayFor, awaySeconds, customerAway, customerBack } from './absence.js';
export { queueAdminRoutes } from './admin/routes.js';
export { setIntent } from './agents.js';
export { type Colleague, colleaguesOf, type QueueNow, queuesNow } from './colleagues.js';
export { askHelp, endConsult, type Helper, whyNot } from './consults.js';
export { type CutOffCause, cutOff } from './cut-off.js';
export { dueClock } from './due-clock.js';
export { enqueueCallback, type Refusal } from './enqueue.js';
export {
  enqueueCaller,
  flowOut,
  keepPlace,
  placeIsDue,
  type QueuedCaller,
  waitLimitOffer,
} from './enqueue-call.js';
export { estimateWait, type QueueLoad, queueLoad } from './estimates.js';
export { type Floor, readFloor } from './floor.js';
export { type Hold, holdCustomer, holdOf, phoneHolds, resumeCustomer } from './hold.js';
export { eventsSinceOffer, findInteraction } from './interactions.js';
export { Matcher } from './matcher.js';
export { askCallee, callColleague, dialOut, type OwnCall, queueForCall } from './own-calls.js';
export { Presence } from './presence.js';
export { Prober, type ReservedInteraction } from './prober.js';
export { attemptsOf, listPromises } from './promise-list.js';
export { QueueClock } from './queue-clock.js';
export { waitsFor } from './queue-hours.js';
export { hasRoom } from './queue-limits.js';
export { attemptsBefore, hold, loseCustomer, scheduleRetry } from './retry.js';
export { acdRoutes, viewerOf } from './routes.js';
export { bringForward, callNow, moveToQueue, type Rescheduled, reschedule } from './schedule.js';
export { Interaction } from './schemas.js';
export { type Slot, type SlotTerms, withFreeSeats } from './seats.js';
export { type InteractionState, liveStates, type Outcome } from './states.js';
export { Succession } from './succession.js';
export { claimCalls, disownCall } from './take-over.js';
export { type ServiceTerms, serviceTerms } from './terms.js';
export {
  rangeAround,
  spreadTold,
  type ToldWait,
  tellWait,
  type WaitRange,
  waitSpreads,
} from './told-waits.js';
export {
  directOfferOf,
  endForward,
  forwardToNumber,
  handOver,
  recall,
  takeOverTalk,
  talkNow,
  transferToAgent,
  transferToQueue,
} from './transfers.js';
export {
  accept,
  agentGone,
  askToConfirm,
  bridge,
  callOver,
  cancel,
  confirm,
  customerAnswered,
  customerLeft,
  decline,
  end,
  expireOffer,
  failCustomer,
  failProbe,
  finish,
  giveUp,
  type InteractionRef,
  loseAgent,
  type OfferedTo,
  offeredTo,
  releaseCustomer,
  requestHangup,
  type ServedInteraction,
  startDialing,
} from './transitions/index.js';
export { waitingClock } from './waiting-clock.js';
export { WaitingCounts } from './waiting-counts.js';
export { logAnnouncement, type WaitingStand, waitingStand } from './waiting-stand.js';
export { readWallboard, type Wallboard } from './wallboard.js';
export { WrapUpClock } from './wrap-up-clock.js';
