import {
  customerLeft,
  cutOff,
  end,
  type InteractionRef,
  loseAgent,
  loseCustomer,
  type ServedInteraction,
} from '../acd/index.js';
import { type Sql, takeStep, untilTaken } from '../store/index.js';
import { letGo } from './agent-side.js';
import { type CustomerGone, isGone } from './customer-line.js';
import { type ServiceParts, stopReason, type Turn } from './turn.js';

const lostBy: Partial<Record<CustomerGone, string>> = {
  customer_lost: 'line_lost',
  customer_dropped: 'engine_lost',
};

/** Whoever has ended a turn with the customer on the line before the two could talk: it is written down. */
export async function departed(parts: ServiceParts, turn: Turn): Promise<void> {
  const reason = stopReason(turn);
  if (reason === undefined || reason === 'taken_back' || reason === 'passed_on') return;
  if (isGone(reason)) await customerGone(parts, turn);
  else await letGo(parts, turn, reason, { live: true });
}

/** Where a turn ended because its customer is gone before he could talk, that is written down. */
export async function customerGone({ sql }: ServiceParts, turn: Turn): Promise<void> {
  const reason = stopReason(turn);
  if (reason && isGone(reason)) await leaveLine(sql, turn.interaction, reason);
}

/** A customer who waits on the line is gone: who has hung up has given up, who was lost has not. */
export async function leaveLine(sql: Sql, ref: InteractionRef, how: CustomerGone): Promise<void> {
  const lost = lostBy[how];
  await untilTaken(() => (lost ? loseCustomer(sql, ref, lost) : customerLeft(sql, ref)));
}

/** Something nobody foresaw: a customer who was not reached waits again, a talk goes on by another call or is over. */
export async function giveUp(
  { sql, wrapUps, logger }: ServiceParts,
  interaction: ServedInteraction,
): Promise<void> {
  try {
    if (await takeStep(interaction, ref => loseAgent(sql, ref, 'internal_error'))) return;
    if (await takeStep(interaction, ref => cutOff(sql, ref, 'internal_error'))) return;
    const ended = await takeStep(interaction, ref => end(sql, ref, 'failed', 'system'));
    if (ended) wrapUps.schedule(ended);
  } catch (error) {
    logger.error(
      { err: error, interactionId: interaction.id },
      'the interaction is left to the recovery at the next start',
    );
  }
}
