/** What a step does where its file does not say; the runner and the rehearsal read it here. */
export const defaults = {
  /** A menu: for the first key, and for each further one, seconds. */
  firstDigitSeconds: 5,
  interDigitSeconds: 3,
  /** A menu is asked again so often. */
  retries: 2,
  /** A queue, and one agent, seconds. */
  queueSeconds: 1800,
  agentSeconds: 30,
  /** A number outside, seconds. */
  ringSeconds: 30,
  /** A message: the longest, and the silence that ends it, seconds. */
  messageSeconds: 120,
  silenceSeconds: 5,
} as const;
