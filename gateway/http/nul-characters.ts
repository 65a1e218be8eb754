import type { FastifyRequest } from 'fastify';
import { ApiError } from '../errors.js';

/**
 * PostgreSQL stores every character but U+0000: a request that has one anywhere is refused at its field, before a
 * statement fails over it.
 */
export async function refuseNulCharacters({ params, query, body }: FastifyRequest): Promise<void> {
  for (const part of [params, query, body]) refuse(part, []);
}

function refuse(value: unknown, path: string[]): void {
  if (typeof value === 'string' && value.includes('\0')) {
    const field = path.join('.') || 'body';
    throw new ApiError('validation_failed', {
      field,
      params: {
        reason: {
          en: `${field} must not contain the character U+0000`,
          ko: `${field}: U+0000 문자는 쓸 수 없습니다`,
        },
      },
    });
  }
  // A file has its own reader; walking through its bytes would take seconds.
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  for (const [name, part] of Object.entries(value)) refuse(part, [...path, name]);
}
