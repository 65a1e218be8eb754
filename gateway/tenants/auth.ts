import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.js';
import type { Sql } from '../store/index.js';
import { findSession, type Session } from './sessions.js';

export const sessionCookie = 'ringbridge_session';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `requireSession`. */
    session?: Session;
  }
}

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The token of `Authorization: Bearer …` (RFC 6750 2.1). */
export function bearerToken(request: FastifyRequest): string | undefined {
  return /^Bearer ([A-Za-z0-9._~+/-]{1,512}=*)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** Looks the caller up by bearer token or cookie. */
export async function sessionOf(sql: Sql, request: FastifyRequest): Promise<Session | undefined> {
  const token = bearerToken(request) ?? request.cookies[sessionCookie];
  return token ? await findSession(sql, token) : undefined;
}

/**
 * A hook that lets only signed-in users pass. A request authorised by cookie must carry `X-Ringbridge: 1` if it
 * changes anything: a page of another origin cannot set that header, so it cannot act for the user.
 */
export function requireSession(sql: Sql) {
  return async (request: FastifyRequest, _reply: FastifyReply): Promise<void> => {
    const session = await sessionOf(sql, request);
    if (!session) throw new ApiError('unauthorized');
    const byCookie = bearerToken(request) === undefined;
    if (byCookie && !safeMethods.has(request.method) && request.headers['x-ringbridge'] !== '1')
      throw new ApiError('csrf_header_missing');
    request.session = session;
  };
}

/** The session that `requireSession` has found. */
export function caller(request: FastifyRequest): Session {
  if (!request.session) throw new ApiError('unauthorized');
  return request.session;
}

/** A hook for a company's settings: administrators change them, supervisors may read them; after `requireSession`. */
export async function requireSettingsRole(request: FastifyRequest): Promise<void> {
  const { role } = caller(request).user;
  const reads = safeMethods.has(request.method) && role === 'supervisor';
  if (role !== 'admin' && !reads) throw new ApiError('forbidden');
}

/** A hook for what only these roles may do; after `requireSession`. */
export function requireRole(...roles: Session['user']['role'][]) {
  return async (request: FastifyRequest): Promise<void> => {
    if (!roles.includes(caller(request).user.role)) throw new ApiError('forbidden');
  };
}
