export { Conductor } from './conductor.js';
export { CustomerLine } from './customer-line.js';
export { ExpectedOffers } from './expected-offers.js';
export { callableNumber } from './number-policy.js';
export { type CallbackRouteOptions, callbackRoutes } from './routes.js';
export { outcomeRuleRoutes } from './rule-resource.js';
export { listCounters } from './visitor-view.js';
export type { WaitingOptions, WaitingParts } from './waiting-sound.js';
