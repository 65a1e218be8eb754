export { Conductor } from './conductor.js';
export { type CallbackRouteOptions, callbackRoutes } from './routes.js';
export { outcomeRuleRoutes } from './rule-resource.js';
