import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { refusals } from '../schemas.js';
import type { Sql } from '../store/index.js';
import type { Telephony } from '../telephony/index.js';
import { caller, requireSession, sessionCookie } from './auth.js';
import { openSession } from './sessions.js';
import { signOut } from './sign-out.js';

export interface SessionRouteOptions {
  sql: Sql;
  telephony: Telephony;
  sessionHours: number;
  /** Whether the cookie may only travel over TLS. */
  secureCookie: boolean;
  loginsPerMinute: number;
}

const User = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: Type.String(),
  role: Type.String(),
  locale: Type.String(),
});

/** Signing in and out. */
export const sessionRoutes: FastifyPluginAsyncTypebox<SessionRouteOptions> = async (app, options) => {
  const { sql, telephony, sessionHours, secureCookie, loginsPerMinute } = options;
  const cookie = { path: '/', httpOnly: true, sameSite: 'strict', secure: secureCookie } as const;

  app.post(
    '/sessions',
    {
      config: { rateLimit: { max: loginsPerMinute, timeWindow: '1 minute' } },
      schema: {
        tags: ['sessions'],
        summary: 'Sign in',
        body: Type.Object(
          {
            email: Type.String({ minLength: 3, maxLength: 254, examples: ['agent1@demo.example'] }),
            password: Type.String({ minLength: 1, maxLength: 256 }),
          },
          { additionalProperties: false },
        ),
        response: { 201: Type.Object({ token: Type.String(), user: User }), ...refusals },
      },
    },
    async (request, reply) => {
      const { token, session } = await openSession(sql, { ...request.body, hours: sessionHours });
      reply.setCookie(sessionCookie, token, { ...cookie, expires: session.expiresAt });
      return reply.status(201).send({ token, user: session.user });
    },
  );

  app.delete(
    '/sessions',
    {
      onRequest: requireSession(sql),
      schema: { tags: ['sessions'], summary: 'Sign out', response: { 204: Type.Null(), ...refusals } },
    },
    async (request, reply) => {
      await signOut(sql, telephony, caller(request));
      reply.clearCookie(sessionCookie, cookie);
      return reply.status(204).send(null);
    },
  );
};
