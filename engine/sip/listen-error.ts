import { hostPort } from './message/uri.js';
import type { ListenAddress } from './options.js';

/** An address that could not be listened on; the message names it and the flag. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/** What `listen` opens. @throws ListenError */
export async function listening<T>(
  flag: string,
  { host, port }: ListenAddress,
  listen: () => Promise<T>,
): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'EADDRINUSE'
        ? 'the port is already in use'
        : code === 'EACCES'
          ? 'this user may not listen there'
          : message;
    throw new ListenError(`cannot listen on ${hostPort(host, port)} (--${flag}): ${reason}`);
  }
}
