/**
 * A request being forwarded, from its first branch to its final response: the response context of RFC 3261 section 16.7.
 */

import type { Call } from '../dialog/call-events.js';
import type { Answer } from '../dialog/client/answer.js';
import type { Sender } from '../dialog/client/sender.js';
import type { SipRequest } from '../message/message.js';
import { relayedResponse } from '../message/relay.js';
import { responseText } from '../message/serializer.js';
import type { TemplateField } from '../message/template.js';
import { newTag } from '../message/token.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { bestResponse, isChallenge, otherChallenges } from './best-response.js';
import { Branch, type BranchTimeouts, type BranchUser } from './branch.js';
import type { Forwarding } from './forwarding.js';
import { redirectTargets, type TargetSet } from './target-set.js';

/** How the application wants it. */
export interface SearchRules {
  /** All targets at once, or one after the other. */
  parallel: boolean;
  /** Contacts of a 3xx become targets. */
  recurse: boolean;
}

/** What the application learns. */
export interface ProxyReport {
  /** A final response of a target. */
  response(answer: Answer): void;
  /** The caller has its final response, or is gone: nothing more is told. */
  done(): void;
}

export interface ResponseContextParts {
  request: SipRequest;
  transaction: ServerTransaction;
  targets: TargetSet;
  forwarding: Forwarding;
  rules: SearchRules;
  timeouts: BranchTimeouts;
  sender: Sender;
  report?: ProxyReport | undefined;
  /** What is recorded of the call, where calls are recorded. */
  call?: Call | undefined;
  /** The same for each branch of it. */
  attempt?: ((invite: string) => Call) | undefined;
  /** A target has accepted the request. */
  accepted?: (() => void) | undefined;
  /** Nobody waits for a final response any more. */
  finished(): void;
}

const reason = (value: string): TemplateField => ({ id: 'reason', name: 'Reason', value });
const completedElsewhere = [reason('SIP;cause=200;text="Call completed elsewhere"')];

export class ResponseContext implements BranchUser {
  readonly #parts: ResponseContextParts;
  readonly #branches: Branch[] = [];
  /** No new branches: one has accepted or refused for all, or the caller has given up. */
  #stopped = false;
  #cancelled = false;
  /** The caller has its final response, or is gone. */
  #final = false;

  constructor(parts: ResponseContextParts) {
    this.#parts = parts;
  }

  /** Sends the first request, or all of them. False when there is no target that anything can be sent to. */
  start(): boolean {
    this.#launch();
    return this.#branches.length > 0;
  }

  /** The caller gives up: no new branches, and a CANCEL on each that is under way (section 16.10). */
  cancel(reasons: readonly TemplateField[]): void {
    this.#cancelled = true;
    this.#stopSearch(reasons);
    this.#review();
  }

  /** The caller can be reached no more. */
  deserted(): void {
    if (!this.#final) this.#parts.call?.ended('network', 'call-canceled');
    this.#finish();
    this.#stopSearch([]);
  }

  /** The server ends. */
  shutdown(): void {
    this.#answer(503);
    this.deserted();
  }

  received(answer: Answer): void {
    if (!this.#final) this.#parts.report?.response(answer);
  }

  /** Every 2xx of an INVITE goes back, of all branches and as often as it comes; of others the first (item 5). */
  forward(answer: Answer): void {
    const { status, response } = answer;
    if (response === undefined || status === 100) return;
    const { request, transaction } = this.#parts;
    const text = relayedResponse(response, request);
    transaction.respond(status, text);
    if (status < 200 || this.#final) return;
    this.#parts.call?.answered('application', text);
    this.#parts.accepted?.();
    this.#finish();
    this.#stopSearch(completedElsewhere);
  }

  decided(branch: Branch): void {
    const { outcome } = branch;
    if (outcome === undefined || this.#final) return;
    const { rules, targets } = this.#parts;
    // RFC 3261 section 16.7 item 5: after a 6xx nobody is to accept, but a 2xx that is under way still gets through.
    if (outcome.status >= 600) this.#stopSearch([]);
    // The next target would not know the caller any better; with credentials he asks again.
    else if (isChallenge(outcome.status) && !rules.parallel) targets.clear();
    else if (outcome.status < 400 && rules.recurse && !this.#stopped) this.#redirect(branch);
    this.#review();
  }

  /** RFC 3261 section 16.7 item 4: a redirection that is followed is no candidate for the best response. */
  #redirect(branch: Branch): void {
    const { request, targets } = this.#parts;
    const response = branch.outcome?.response;
    if (response === undefined) return;
    if (targets.add(redirectTargets(response, request.uri.startsWith('sips:'))) > 0)
      branch.outcome = undefined;
  }

  #launch(): void {
    const { targets, forwarding, rules, sender, timeouts, attempt } = this.#parts;
    for (let target = targets.next(); target !== undefined; target = targets.next()) {
      const forwarded = forwarding.to(target);
      if (forwarded === undefined) continue;
      const branch = new Branch(sender, forwarded.request, forwarded.route, timeouts, this, attempt);
      this.#branches.push(branch);
      branch.start();
      if (!rules.parallel) return;
    }
  }

  #review(): void {
    if (this.#final) return;
    const isPending = () => this.#branches.some(({ pending }) => pending);
    if (!this.#stopped && (this.#parts.rules.parallel || !isPending())) this.#launch();
    if (!isPending()) this.#answerBest();
  }

  #stopSearch(reasons: readonly TemplateField[]): void {
    this.#stopped = true;
    this.#parts.targets.clear();
    for (const branch of this.#branches) branch.cancel(reasons);
  }

  #answerBest(): void {
    const { request, transaction } = this.#parts;
    const outcomes = this.#branches.flatMap(({ outcome }) => outcome ?? []);
    const best = bestResponse(outcomes);
    const status = this.#statusOf(best);
    if (best?.response === undefined || status !== best.status) this.#answer(status);
    else {
      const text = relayedResponse(best.response, request, otherChallenges(best, outcomes));
      transaction.respond(status, text);
      this.#parts.call?.failed('application', status, text);
    }
    this.#finish();
  }

  #statusOf(best: Answer | undefined): number {
    const status = best?.status ?? 408;
    if (this.#cancelled && best?.response === undefined) return 487;
    // Section 16.7 item 6: what one target is short of, all of us need not be.
    if (status === 503) return 500;
    // RFC 4320 section 4.2: a 408 comes too late for all but an INVITE, and makes things worse.
    return status === 408 && this.#parts.request.method !== 'INVITE' ? 504 : status;
  }

  #answer(status: number): void {
    const { request, transaction, call } = this.#parts;
    const text = responseText(request, { status, toTag: newTag() });
    transaction.respond(status, text);
    call?.failed('application', status, text);
  }

  #finish(): void {
    if (this.#final) return;
    this.#final = true;
    this.#parts.report?.done();
    this.#parts.finished();
  }
}
