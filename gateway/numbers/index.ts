export { NumberProver } from './prover.js';
export { type NumberProofOptions, numberProofRoutes } from './routes.js';
