import type { Sql } from '../store/index.js';
import { end, inProgress, loseAgent } from './transitions.js';
import type { WrapUpClock } from './wrap-up-clock.js';

/**
 * Puts in order what a gateway that is no more has left behind: customers who were not reached wait again in their old
 * place, talks are over, wrap-ups run on. To be called once at start, before anything is offered.
 * @returns how many interactions were put back into their queue, and how many talks had been cut
 */
export async function recover(sql: Sql, wrapUps: WrapUpClock): Promise<{ requeued: number; cut: number }> {
  const counts = { requeued: 0, cut: 0 };
  for (const interaction of await inProgress(sql)) {
    if (interaction.state === 'wrap_up') wrapUps.schedule(interaction);
    else if (interaction.state === 'bridged') {
      const ended = await end(sql, interaction, 'failed', 'system');
      if (ended) wrapUps.schedule(ended);
      counts.cut += 1;
    } else if (await loseAgent(sql, interaction, 'gateway_restarted', false)) counts.requeued += 1;
  }
  return counts;
}
