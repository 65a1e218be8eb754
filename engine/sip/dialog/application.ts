/** What the user agent knows of the programs that use it. The control room implements it. */
import type { SipRequest } from '../message/message.js';
import type { Flow } from '../transport/transport.js';

/** A SIP message for an application. */
export interface Delivery {
  text: string;
  /** Bytes as received; 0 for a message that the server made up. */
  size: number;
  source: 'network' | 'application';
  /** Where it came from; absent for what was made up. */
  flow?: Flow;
  transactionId: string;
  /** Empty outside a dialog. */
  dialogId: string;
  /** A new request outside a dialog: the application is told where it was received. */
  fresh?: boolean;
}

export interface Application {
  /** False once its control connection is gone. */
  readonly connected: boolean;
  /** Whether it asked to be told when the connection of a registered contact closes. */
  readonly watchesFlows: boolean;
  /** It leaves so much unread that new requests are better refused than given to it. */
  readonly congested: boolean;
  /** The name its calls wait under when it is gone, for another of that name; undefined: it did not ask for that. */
  readonly resumeName: string | undefined;
  /** Of its calls only those wait that were answered: what rings, in either direction, ends with it. */
  readonly answeredOnly?: boolean;
  deliver(delivery: Delivery): void;
}

/** All applications that are logged in. */
export interface Applications {
  /**
   * Who gets a new request: the next one that has a route for its method, if possible one that `fits`; undefined: there is
   * none.
   */
  choose(request: SipRequest, fits: (application: Application) => boolean): Application | undefined;
  /** Who is told of closed flows: the one given when it still listens, else any other. */
  flowWatcher(preferred: Application): Application | undefined;
  /** One that resumes under that name, can be told of dialogs, and is none of `except`. */
  successor(name: string, except: ReadonlySet<Application>): Application | undefined;
  /** The methods somebody has a route for, upper case. */
  methods(): string[];
}

/** What became of a message that an application asked to send. */
export type Outcome =
  | { ok: true; text: string; flow?: Flow; transactionId: string; dialogId: string }
  | { ok: false; reason: string };

export const refused = (reason: string): Outcome => ({ ok: false, reason });
