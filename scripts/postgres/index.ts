export { type PostgresLogger, type PostgresOptions, type PostgresServer, startPostgres } from './server.js';
