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
export { closeStaleLegs, type LegView, legsOf } from './leg-record.js';
