import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, type ErrorCode, preferredLocale } from '../errors.js';
import { isDatabaseAway } from '../store/index.js';
import { complaint } from './complaint.js';

/** Errors of Fastify and its plugins, in terms of the catalogue. */
const fastifyCodes: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_JSON_BODY: 'bad_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'bad_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad_json',
  FST_ERR_BAD_URL: 'not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
};

/** What the database client says when there is no connection, and PostgreSQL (class 57) when it is stopping or starting. */
const databaseGone: ReadonlySet<string> = new Set(
  'ECONNREFUSED ECONNRESET CONNECTION_CLOSED CONNECTION_ENDED CONNECTION_DESTROYED CONNECT_TIMEOUT 57P01 57P02 57P03'.split(
    ' ',
  ),
);

/** Whatever is thrown is answered with an entry of the catalogue, in the caller's language, and nothing of our insides. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler(answer);
  app.setNotFoundHandler((request, reply) => answer(new ApiError('not_found'), request, reply));
}

function asApiError(error: FastifyError): ApiError {
  if (error instanceof ApiError) return error;
  if (error.validation) {
    const [first] = error.validation;
    const missing = first?.params.missingProperty ?? first?.params.additionalProperty;
    const path = [
      ...(first?.instancePath ?? '').split('/').filter(Boolean),
      ...(typeof missing === 'string' ? [missing] : []),
    ];
    const field = path.join('.') || error.validationContext || 'body';
    return new ApiError('validation_failed', {
      field,
      params: { reason: complaint(field, first) },
    });
  }
  if (error.statusCode === 429)
    return new ApiError('too_many_requests', { params: { seconds: secondsIn(error.message) } });
  if (databaseGone.has(error.code)) return new ApiError('unavailable', { cause: error });
  const code = fastifyCodes[error.code];
  if (code) return new ApiError(code);
  // A file outside the folder that is served.
  if (error.statusCode === 403) return new ApiError('not_found');
  if (isDatabaseAway(error)) return new ApiError('unavailable', { cause: error });
  if (error.statusCode === 400) return new ApiError('bad_json', { cause: error });
  return new ApiError('internal', { cause: error });
}

/** @fastify/rate-limit says "…, retry in 42 seconds" or "1 minute". */
function secondsIn(message: string): number {
  const [, amount = '60', unit = 'second'] = /(\d+) (second|minute|hour)/.exec(message) ?? [];
  return Number(amount) * { second: 1, minute: 60, hour: 3600 }[unit as 'second' | 'minute' | 'hour'];
}

/** Answers an error of whatever kind; those of the router come before any handler is known. */
export function answer(cause: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = asApiError(cause);
  if (error.status >= 500) request.log.error({ err: error.cause ?? error }, 'request failed');
  else request.log.debug({ code: error.code, url: request.routeOptions.url }, 'request refused');
  return reply.status(error.status).send(error.body(preferredLocale(request.headers['accept-language'])));
}
