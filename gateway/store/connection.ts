import postgres from 'postgres';
import { arrayTypes } from './arrays.js';

/** Without the driver's `begin`: several statements that belong together go through `transaction`. */
export type Sql = postgres.Sql & { begin: never };

/** A piece of a statement, with its parameters. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>;

export interface ConnectionOptions {
  /** postgres://user:password@host:port/database */
  url: string;
  /** Connections at most; each statement takes one for its duration. */
  max?: number;
  /** Shown in pg_stat_activity. */
  applicationName?: string;
  /**
   * Commits return before they are on disk, which they are within a second. A crash of the database may lose the
   * newest of them, whole: only for what nobody was promised.
   */
  deferredCommit?: boolean;
  /** NOTICE and WARNING messages of the server. */
  onNotice?: (message: string) => void;
}

/** Seconds between two tries to connect: without limit, a short outage of the database would be a long one of ours. */
const retrySeconds = () => 0.25 + Math.random() / 4;

/** After that a connection is begun anew. */
const connectSeconds = 5;

/** A pool of connections. Connects on first use and again after a loss. */
export function connect(options: ConnectionOptions): Sql {
  const { url, max = 10, applicationName = 'ringbridge', deferredCommit = false, onNotice } = options;
  const driver: unknown = postgres(url, {
    max,
    onnotice: notice => onNotice?.(String(notice.message)),
    connection: {
      application_name: applicationName,
      ...(deferredCommit && { synchronous_commit: 'off' }),
    },
    transform: { undefined: null },
    backoff: retrySeconds,
    // The driver may forget to greet the server on a connection whose loss met a statement (decision 0007).
    connect_timeout: connectSeconds,
    fetch_types: false,
    types: arrayTypes,
  });
  return driver as Sql;
}
