import type { FastifyPluginAsync } from 'fastify';
import type { Registry } from 'prom-client';

export interface OperationsOptions {
  /** Each part the gateway needs, and whether it is there now. */
  checks: Record<string, () => boolean | Promise<boolean>>;
  metrics: Registry;
}

/** A check that takes longer than this has failed, milliseconds. */
const checkTimeMs = 2_000;

/** What an operator's machines ask: alive? ready? how much? */
export const operations: FastifyPluginAsync<OperationsOptions> = async (app, { checks, metrics }) => {
  app.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'ok' }));

  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([part, check]) => [part, await passes(check)] as const),
    );
    const ready = results.every(([, ok]) => ok);
    const parts = Object.fromEntries(results.map(([part, ok]) => [part, ok ? 'ok' : 'missing']));
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', parts });
  });

  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.metrics()),
  );
};

async function passes(check: () => boolean | Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), checkTimeMs);
  });
  try {
    return await Promise.race([
      Promise.resolve()
        .then(check)
        .catch(() => false),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
