export { createHttpServer, type Feature, type HttpOptions } from './server.js';
