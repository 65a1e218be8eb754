export { type BareEnding, bareCall } from './bare-call.js';
export {
  answerBrowserCall,
  type BrowserCall,
  browserCallOf,
  leaveBrowserCall,
  pageIsBack,
} from './browser-call.js';
export { BrowserLine, browserLineOf, storeBrowserLine } from './browser-line.js';
export { type CallAgain, isLost, Leg, type LegEnd } from './leg.js';
export { LegJournal } from './leg-journal.js';
export {
  claimLegs,
  closeOrphanLegs,
  disownLegs,
  type InheritedLeg,
  type LegRemains,
  type LegView,
  type LineView,
  legsOf,
  linesUp,
} from './leg-record.js';
export { LineWatch } from './line-watch.js';
export {
  type AskedParty,
  allLeave,
  askParty,
  changeRole,
  closeOrphanParties,
  findParty,
  type MonitoringRole,
  type Party,
  type PartyRole,
  partiesOf,
  partyAnswers,
  partyJoins,
  partyLeaves,
  partyOfSupervisor,
  partyRings,
} from './parties.js';
export { partyStates, partyTransitions } from './party-states.js';
export {
  type AnswerCall,
  adoptLeg,
  answerCall,
  type CallBrowser,
  type CallParts,
  callBrowser,
  type DialPhone,
  dialPhone,
  keepsCalls,
  type RingAgent,
  ringAgent,
} from './place-leg.js';
export { Room, type Seat } from './room.js';
