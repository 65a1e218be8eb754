/** Times and caps of the user agent; milliseconds. */
export interface UserAgentOptions {
  /** How long an application may take to answer an INVITE at all, before the caller gets a 408. */
  inviteAnswerMs: number;
  /** The same for other requests, answered 500; the far end gives up at 64*T1 (32 s). */
  answerMs: number;
  /** How long an INVITE may ring after a provisional response of its application, before the caller gets a 408. */
  ringMs: number;
  /** Requests that may wait for one application at once, and for any one within one dialog; more are refused. */
  maxWaiting: number;
  maxWaitingInDialog: number;
  /** How long a dialog lives on without its application. */
  orphanGraceMs: number;
  maxDialogs: number;
  /** In-dialog requests to a UDP peer without Record-Route go to where its messages came from, whatever its Contact says. */
  natRule: boolean;
  /** How long one of several targets of a name may be silent before the next is tried; the last gets its full 64*T1. */
  targetMs: number;
}

export const defaultUserAgentOptions: UserAgentOptions = {
  inviteAnswerMs: 64_000,
  answerMs: 30_000,
  ringMs: 600_000,
  maxWaiting: 10_000,
  maxWaitingInDialog: 16,
  orphanGraceMs: 30_000,
  maxDialogs: 50_000,
  natRule: true,
  targetMs: 4_000,
};
