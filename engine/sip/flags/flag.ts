import type { SipServerOptions } from '../options.js';
import type { TlsFiles } from '../transport/credentials.js';

/** What the process is started with. */
export interface Settings {
  server: SipServerOptions;
  tlsFiles: Partial<TlsFiles>;
  controlTlsFiles: Partial<TlsFiles>;
  logLevel: string;
  exitWithParent: boolean;
  /** Only the help is wanted. */
  help: boolean;
}

export interface Flag {
  name: string;
  /** What stands for the value in the help; absent for a switch. */
  value?: string;
  repeatable?: boolean;
  /** Taken when the flag is not given. */
  default?: string;
  /** What the help has in the place of a default, where leaving the flag out does more than a value can say. */
  otherwise?: string;
  help: string;
  /** Called for each value; for a switch, when it is given. @throws Error that says what was expected */
  set(settings: Settings, text: string): void;
}
