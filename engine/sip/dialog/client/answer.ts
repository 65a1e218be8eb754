/** What comes of a request that was sent: answers, of the far end or made up. */
import type { SipResponse } from '../../message/message.js';
import { madeUpResponse } from '../../message/serializer.js';
import type { Flow } from '../../transport/transport.js';
import type { Outgoing } from './request-builder.js';

/** A response, or what the server made up in its place (RFC 3261 section 8.1.3.1). */
export interface Answer {
  status: number;
  /** As the application gets it. */
  text(): string;
  /** Bytes as received; 0 for a made-up one. */
  size: number;
  flow?: Flow;
  /** Absent for a made-up one. */
  response?: SipResponse;
  /** A 2xx from a target that had been given up: it made a dialog that nobody waits for. */
  late?: boolean;
}

export type Answered = (answer: Answer) => void;

/** A request that is under way. */
export interface Sent<R extends Outgoing = Outgoing> {
  readonly transactionId: string;
  /** As it went to the target that is tried now, or as it will go to the first one. */
  readonly request: R;
  /** Where it was sent; undefined while that is looked up. */
  readonly flow: Flow | undefined;
  /** Tries no other target from now on. False when none has been tried yet: then there will be no answer at all. */
  settle(): boolean;
  /** Gives up without a word. */
  abandon(): void;
}

export const madeUpAnswer = (sentRequest: string, status: number, reason?: string): Answer => ({
  status,
  size: 0,
  text: () => madeUpResponse(sentRequest, status, reason),
});

export const receivedAnswer = (response: SipResponse, flow: Flow): Answer => ({
  status: response.status,
  size: response.size,
  text: () => response.delivered(),
  flow,
  response,
});
