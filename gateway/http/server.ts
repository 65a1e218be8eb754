import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import websocket from '@fastify/websocket';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  LogController,
} from 'fastify';
import { answer, answerErrors } from './errors.js';
import { refuseNulCharacters } from './nul-characters.js';
import { describeApi } from './openapi.js';
import { type OperationsOptions, operations } from './operations.js';
import { type WebFacesOptions, webFaces } from './web-faces.js';

/** A feature's routes, mounted below /api/v1. */
export type Feature = FastifyPluginAsync;

export interface HttpOptions {
  logger: FastifyBaseLogger;
  /** Whether X-Forwarded-For and -Proto are believed: only behind a proxy that sets them. */
  trustProxy: boolean | string[];
  publicUrl: string;
  features: Feature[];
  operations: OperationsOptions;
  webFaces: WebFacesOptions;
}

const bodyLimit = 64 * 1024;

/** Live messages of a desktop are short: it says who it is, and no more. */
const liveMessageLimit = 4 * 1024;

/** The HTTP server with everything mounted; not yet listening. */
export async function createHttpServer(options: HttpOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: options.logger,
    trustProxy: options.trustProxy,
    bodyLimit,
    // A stream of events never ends by itself: closing must not wait for it.
    forceCloseConnections: true,
    logController: new LogController({ disableRequestLogging: true }),
    frameworkErrors: answer,
    routerOptions: { maxParamLength: 200 },
    ajv: {
      customOptions: {
        removeAdditional: false,
        coerceTypes: 'array',
        allErrors: false,
        allowUnionTypes: true,
      },
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  answerErrors(app);
  // After the schema, which bounds what there is to look through.
  app.addHook('preHandler', refuseNulCharacters);
  await app.register(cookie);
  await app.register(helmet, {
    global: true,
    contentSecurityPolicy: false,
    crossOriginResourcePolicy: false,
    // Of this host alone: the company's other sites are not ours to promise for.
    hsts: options.publicUrl.startsWith('https:') && { includeSubDomains: false },
  });
  await app.register(rateLimit, { global: false });
  await app.register(websocket, { options: { maxPayload: liveMessageLimit } });
  await describeApi(app, options.publicUrl);
  await app.register(operations, options.operations);
  await app.register(webFaces, options.webFaces);
  await app.register(
    async api => {
      for (const feature of options.features) await api.register(feature);
    },
    { prefix: '/api/v1' },
  );
  return app;
}
