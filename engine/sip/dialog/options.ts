/** Times and caps of the user agent; milliseconds. */
export interface UserAgentOptions {
  /** How long an application may take to answer an INVITE at all, before the caller gets a 408. */
  inviteAnswerMs: number;
  /** The same for other requests, answered 500; the far end gives up at 64*T1 (32 s). */
  answerMs: number;
  /** How long a dialog lives on without its application. */
  orphanGraceMs: number;
  maxDialogs: number;
  /** In-dialog requests to a UDP peer without Record-Route go to where its messages came from, whatever its Contact says. */
  natRule: boolean;
}

export const defaultUserAgentOptions: UserAgentOptions = {
  inviteAnswerMs: 64_000,
  answerMs: 30_000,
  orphanGraceMs: 30_000,
  maxDialogs: 50_000,
  natRule: true,
};
