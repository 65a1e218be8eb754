import { setTimeout as delay } from 'node:timers/promises';
import type postgres from 'postgres';
import { isDatabaseAway } from './away.js';
import type { Sql } from './connection.js';

/** How long the loss of a connection may take to be known after a statement failed by it. */
const lossKnownMs = 1_000;

/**
 * Several statements that take effect together or not at all. Throws what `steps` throw, or the error of the connection
 * when it is lost (see isDatabaseAway): then nothing was done, but for one case, where it broke while it was committed.
 *
 * The driver's `begin` alone would not do: when the connection is lost it writes its rollback to a socket that is gone,
 * where nobody can catch the error, and a later statement of the steps runs by itself on the connection that comes next
 * (porsager/postgres #1208, #1155). So after a loss no statement is given to the driver any more, nor the end of the steps.
 */
export async function transaction<T>(sql: Sql, steps: (tx: Sql) => Promise<T>): Promise<T> {
  const loss = new AbortController();
  const begun = (sql as postgres.Sql).begin(async tx => {
    try {
      const done = await steps(whileConnected(tx as unknown as Sql, loss.signal));
      if (!loss.signal.aborted) return { done };
    } catch (error) {
      if (isDatabaseAway(error))
        await delay(lossKnownMs, undefined, { signal: loss.signal }).catch(() => undefined);
      if (!loss.signal.aborted) throw error;
    }
    return await new Promise<never>(() => undefined);
  });
  try {
    return (await begun).done;
  } catch (error) {
    loss.abort(error);
    throw error;
  }
}

function whileConnected(tx: Sql, signal: AbortSignal): Sql {
  return new Proxy(tx, {
    apply(target, self, args) {
      signal.throwIfAborted();
      return Reflect.apply(target, self, args);
    },
  });
}
