export { EchoCalls } from './echo-calls.js';
export { type EchoView, echoOf } from './echo-sql.js';
export { echoRoutes } from './routes.js';
