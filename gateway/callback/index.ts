export { Conductor, type ConductorOptions } from './conductor.js';
export { type CallbackRouteOptions, callbackRoutes } from './routes.js';
