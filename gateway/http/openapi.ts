import { readFileSync } from 'node:fs';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

function ownVersion(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  return (manifest as { version: string }).version;
}

/** The API's description at /api/openapi.json, and a page to read and try it at /api/docs. */
export async function describeApi(app: FastifyInstance, publicUrl: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Ringbridge',
        version: ownVersion(),
        description:
          'A web contact center. Visitors authorise with the token of their callback, agents with that of their session ' +
          '(bearer, or the cookie of the desktop). Errors are `{code, message, field?}`; codes are in the error catalogue.',
      },
      servers: [{ url: publicUrl }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
      tags: [
        { name: 'visitors', description: 'What the widget uses' },
        { name: 'sessions', description: 'Signing in and out' },
        { name: 'agent', description: 'The agent himself' },
        { name: 'interactions', description: 'What agents work on' },
        { name: 'prompts', description: 'What callers hear: announcements, spoken numbers, hold music' },
      ],
    },
  });
  await app.register(swaggerUi, { routePrefix: '/api/docs', staticCSP: true });
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
