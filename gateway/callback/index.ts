export { Conductor, type ReceivedCaller } from './conductor.js';
export { CustomerLine } from './customer-line.js';
export { EarlyMedia } from './early-media.js';
export { ExpectedOffers } from './expected-offers.js';
export { callableNumber } from './number-policy.js';
export { type CallbackRouteOptions, callbackRoutes } from './routes.js';
export { outcomeRuleRoutes } from './rule-resource.js';
export { listCounters } from './visitor-view.js';
export type { WaitingOptions, WaitingParts } from './waiting-sound.js';
