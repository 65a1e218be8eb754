import {
  customerLeft,
  end,
  type InteractionRef,
  loseAgent,
  loseCustomer,
  type ServedInteraction,
} from '../acd/index.js';
import { type Sql, untilTaken } from '../store/index.js';
import { letGo } from './agent-side.js';
import type { CustomerGone } from './customer-line.js';
import { type ServiceParts, stopReason, type Turn } from './turn.js';

/** Whoever has ended a turn with the customer on the line before the two could talk: it is written down. */
export async function departed(parts: ServiceParts, turn: Turn): Promise<void> {
  const reason = stopReason(turn);
  if (reason === undefined || reason === 'taken_back' || reason === 'passed_on') return;
  if (reason === 'customer_left' || reason === 'customer_lost') await customerGone(parts, turn);
  else await letGo(parts, turn, reason, { live: true });
}

/** Where a turn ended because its customer is gone before he could talk, that is written down. */
export async function customerGone({ sql }: ServiceParts, turn: Turn): Promise<void> {
  const reason = stopReason(turn);
  if (reason === 'customer_left' || reason === 'customer_lost')
    await leaveLine(sql, turn.interaction, reason);
}

/** A customer who waits on the line is gone: who has hung up has given up, who was lost has not. */
export async function leaveLine(sql: Sql, ref: InteractionRef, how: CustomerGone): Promise<void> {
  const left = how === 'customer_left';
  await untilTaken(() => (left ? customerLeft(sql, ref) : loseCustomer(sql, ref, 'line_lost')));
}

/** Something nobody foresaw: a customer who was not reached waits again, a talk that was is over. */
export async function giveUp(
  { sql, wrapUps, logger }: ServiceParts,
  interaction: ServedInteraction,
): Promise<void> {
  try {
    if (await untilTaken(() => loseAgent(sql, interaction, 'internal_error'))) return;
    const ended = await untilTaken(() => end(sql, interaction, 'failed', 'system'));
    if (ended) wrapUps.schedule(ended);
  } catch (error) {
    logger.error(
      { err: error, interactionId: interaction.id },
      'the interaction is left to the recovery at the next start',
    );
  }
}
