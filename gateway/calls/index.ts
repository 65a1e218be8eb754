export {
  type CallParts,
  type DialPhone,
  dialPhone,
  Leg,
  type LegEnd,
  type RingAgent,
  ringAgent,
} from './leg.js';
export { LegJournal } from './leg-journal.js';
export { closeOrphanLegs, type LegView, legsOf } from './leg-record.js';
