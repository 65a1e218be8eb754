/** How something ended. */
export interface Exit {
  /** In words: "exit code 1", "signal SIGKILL". */
  how: string;
  /** What it last said that explains it. May be empty. */
  reason: string;
  /** Something outside the program stands in the way, and `reason` says what: show nothing else. */
  setup: boolean;
}

/** A running, or just starting, instance of a part. */
export interface Instance {
  /** Resolves when it serves, with a few words about it. Never settles when it ends before. */
  ready: Promise<string>;
  /** Resolves when it is gone. */
  exited: Promise<Exit>;
  /** Asks it to end; calls, sessions and files are closed in order. */
  terminate(): void;
  /** Ends it at once. */
  kill(): void;
}

/** Something the supervisor keeps running. */
export interface Part {
  /** As the operator reads it: "SIP server". */
  name: string;
  launch(): Instance;
}

/** Where the supervisor tells what happens. */
export interface Reporter {
  info(message: string): void;
  warn(message: string): void;
}
