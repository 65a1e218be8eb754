import { aborted } from '../aborted.js';
import type { Leg } from '../calls/index.js';
import { localeNamed } from '../errors.js';
import type { Utterance } from '../prompts/index.js';
import type { ServiceParts, Turn } from './turn.js';

/** The customer may be waiting for the end of it: an agent is told no more than fits in so long, milliseconds. */
const longestMs = 5_000;

/**
 * Tells the agent, and nobody else, whom he will hear, where his queue wants it: what kind of call it is, and the name of
 * the queue where the company has recorded it. Never throws: who was not told talks all the same.
 */
export async function whisper({ prompts }: ServiceParts, turn: Turn, agent: Leg): Promise<void> {
  const { interaction, terms, stop, logger } = turn;
  if (!terms.whisper || stop.signal.aborted) return;
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(longestMs)]);
  const { tenantId } = interaction;
  const locale = localeNamed(terms.agentLocale);
  try {
    const said: Utterance[] = [
      { prompt: terms.channel === 'callback' ? 'whisper-callback' : 'whisper-call' },
      ...(await prompts.named(tenantId, locale, `own-queue-${terms.queueKey}`)),
    ];
    const { sources } = await prompts.announce(tenantId, locale, said);
    await Promise.race([agent.connected, aborted(signal)]);
    await agent.endpoint.play(sources, { signal });
  } catch (error) {
    logger.warn({ err: error }, 'an agent was not told whom he will hear');
  }
}
