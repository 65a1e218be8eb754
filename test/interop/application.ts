/** An application with the unmodified drachtio-srf on a SIP server under test. */
import { once } from 'node:events';
import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import type { TestSipServer } from '../support/sip-servers.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export type Handler = (req: SrfRequest, res: SrfResponse) => unknown;

/**
 * Logs in.
 * @param handlers by method in lower case
 */
export async function application(
  t: Teardown,
  { control }: TestSipServer,
  handlers: Record<string, Handler> = {},
): Promise<Srf> {
  const srf = new Srf();
  const methods = srf as unknown as Record<string, (handler: Handler) => void>;
  for (const [method, handler] of Object.entries(handlers)) methods[method]?.call(srf, handler);
  srf.on('error', () => undefined);
  const connected = once(srf, 'connect');
  srf.connect(control);
  const [error] = await connected;
  if (error) throw error;
  t.teardown(() => srf.disconnect());
  return srf;
}

/** A value that somebody gives once and another waits for. */
export class Promised<T> {
  resolve: (value: T) => void = () => undefined;
  readonly value = new Promise<T>(resolve => {
    this.resolve = resolve;
  });
}
