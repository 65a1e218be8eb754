/** What happened to transactions since the start of the process. */
export interface TransactionCounters {
  /** Requests that came again. */
  repeatsReceived: number;
  /** Requests and responses that were sent again. */
  repeatsSent: number;
  /** Requests of ours that nobody answered (timers B and F). */
  timeouts: number;
}

export const noTransactions = (): TransactionCounters => ({
  repeatsReceived: 0,
  repeatsSent: 0,
  timeouts: 0,
});
