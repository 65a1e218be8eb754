import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Sql } from '../store/index.js';
import { isKnownOrigin } from './sites.js';

const preflightSeconds = 600;

/**
 * Lets pages of the sites that are known here read what these routes answer (CORS), and no others. For the plugin that
 * it is called in.
 * @param urls the routes that need a preflight
 */
export function allowVisitorOrigins(app: FastifyInstance, sql: Sql, urls: readonly string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    if (origin === undefined || !(await isKnownOrigin(sql, origin))) return;
    reply.header('access-control-allow-origin', origin).header('vary', 'origin');
  });
  for (const url of urls)
    app.options(url, { schema: { hide: true } }, async (_request, reply) => preflight(reply));
}

/** The answer to a CORS preflight; which origins may read what comes next is said by the hook. */
function preflight(reply: FastifyReply) {
  return reply
    .status(204)
    .header('access-control-allow-methods', 'GET, POST, PUT, DELETE')
    .header('access-control-allow-headers', 'authorization, content-type')
    .header('access-control-max-age', preflightSeconds)
    .send();
}
