import { askToConfirm, confirm } from '../acd/index.js';
import { localeNamed } from '../errors.js';
import { collectDigits, MediaError, TypeAhead } from '../media/index.js';
import type { Utterance } from '../prompts/index.js';
import { takeStep } from '../store/index.js';
import { letGo } from './agent-side.js';
import { type CustomerLine, isGone } from './customer-line.js';
import type { Listening } from './customer-side.js';
import { leaveLine } from './departures.js';
import { notReached } from './settle.js';
import { type ServiceParts, stopReason, type Turn } from './turn.js';

/** The key that lets him through. */
const through = '1';

/**
 * Asks a customer who has answered to press 1, so that nobody talks to an answering machine. He is on the line meanwhile:
 * if his agent goes, or his gateway, he hears music, and is asked again for the next one.
 * @param agent who is on the line already, and hears music meanwhile
 * @returns whether he has; otherwise the interaction has moved on
 */
export async function passGate(
  parts: ServiceParts,
  turn: Turn,
  customer: CustomerLine,
  agent?: Listening,
): Promise<boolean> {
  const { sql } = parts;
  const { interaction, stop } = turn;
  const asked = await takeStep(interaction, ref => askToConfirm(sql, ref));
  if (!asked) return false;
  customer.stopWaiting();
  const over = new AbortController();
  if (agent) void musicFor(agent, turn, over.signal);
  const answer = await ask(parts, turn, customer).finally(() => over.abort());
  if (answer === 'pressed' && !stop.signal.aborted) {
    void customer.wait();
    return (await takeStep(interaction, ref => confirm(sql, ref))) !== undefined;
  }
  await turnAway(parts, turn, customer, answer);
  return false;
}

/** Nobody listens to silence: neither does an agent whose customer is asked something. */
async function musicFor(
  { leg, whispered }: Listening,
  { music, logger }: Turn,
  over: AbortSignal,
): Promise<void> {
  try {
    await whispered;
    // He may have been hearing the network's tones.
    if (!over.aborted) await leg.endpoint.unbridge();
    if (!over.aborted) await leg.endpoint.play({ file: music }, { times: 'forever', signal: over });
  } catch (error) {
    logger.warn({ err: error }, 'no music for an agent who waits');
  }
}

/** Whether he has pressed 1; or his media server died first, which says nothing of him. */
type Answer = 'pressed' | 'not_pressed' | 'dropped';

async function ask({ prompts }: ServiceParts, turn: Turn, { endpoint }: CustomerLine): Promise<Answer> {
  const { interaction, terms, stop, logger } = turn;
  const { tenantId } = interaction;
  const locale = localeNamed(terms.locale);
  const typeAhead = new TypeAhead(endpoint);
  try {
    const question: Utterance[] = [
      ...(await prompts.named(tenantId, locale, 'own-company')),
      { prompt: 'callback-connect' },
    ];
    let answer = '';
    for (let time = 0; time < terms.confirmTimes; time++) {
      const again: Utterance[] = answer === '' ? [] : [{ prompt: 'invalid-choice' }];
      const { sources } = await prompts.announce(tenantId, locale, [...again, ...question]);
      const waitMs = terms.confirmSeconds * 1000;
      const { digits, reason } = await collectDigits(endpoint, {
        ...{ prompt: sources, maxDigits: 1, firstDigitMs: waitMs, interDigitMs: waitMs },
        ...{ typeAhead, signal: stop.signal },
      });
      if (digits === through) return 'pressed';
      if (reason === 'lost') return 'not_pressed';
      answer = digits;
    }
    return 'not_pressed';
  } catch (error) {
    if (stop.signal.aborted) return 'not_pressed';
    if (!(error instanceof MediaError)) throw error;
    // Better an agent who talks to a machine than a customer who is hung up on because of a broken recording.
    logger.warn({ err: error }, 'a customer could not be asked to press 1');
    if (error.code === 'bad_request') return 'pressed';
    return error.code === 'engine_unavailable' ? 'dropped' : 'not_pressed';
  } finally {
    typeAhead.close();
  }
}

/** He did not press it, or the turn was ended before he could. */
async function turnAway(
  parts: ServiceParts,
  turn: Turn,
  customer: CustomerLine,
  answer: Answer,
): Promise<void> {
  const reason = stopReason(turn);
  if (reason === 'taken_back' || reason === 'passed_on') return;
  // Of an engine that dies both lines are lost, in any order; whether another one takes them is not known yet.
  const cause = customer.gone ?? reason ?? (answer === 'dropped' ? 'customer_dropped' : undefined);
  if (cause === undefined || cause === 'customer_left') {
    await Promise.all([customer.end(), notReached(parts, turn, 'not_confirmed')]);
    return;
  }
  if (isGone(cause)) {
    await Promise.all([customer.end(), leaveLine(parts.sql, turn.interaction, cause)]);
    return;
  }
  if (cause !== 'shutdown') void customer.wait();
  await letGo(parts, turn, cause, { live: true });
}
