import { aborted } from '../../aborted.js';
import { EarlyMedia } from '../../callback/index.js';
import { dialPhone, Leg } from '../../calls/index.js';
import { CallFailure } from '../../telephony/index.js';
import { defaults } from '../flow/defaults.js';
import type { StepOf } from '../flow/schema.js';
import { type Came, leaving, type Stage, tenantTerms } from '../stage.js';

/**
 * Dials a number outside, by the outbound routes and with the number that was dialled as ours, and joins the two. The
 * caller hears what the network says meanwhile, or a ringing tone.
 * @param talking whom he talks with there already
 */
export async function external(
  stage: Stage,
  step: StepOf<'external'>,
  talking: Leg | undefined,
): Promise<Came> {
  const { leg, signal } = stage;
  const other = talking ?? (await dial(stage, step));
  if (!(other instanceof Leg)) return other;
  try {
    await leg.endpoint.bridge(other.endpoint);
    await Promise.race([other.ended, aborted(signal)]);
  } finally {
    if (signal.reason !== leaving) await other.end();
  }
  return { result: 'talked' };
}

async function dial(stage: Stage, step: StepOf<'external'>): Promise<Leg | Came> {
  const { parts, entry, leg, signal, logger } = stage;
  const rung = AbortSignal.timeout((step.ringSeconds ?? defaults.ringSeconds) * 1000);
  const [{ file: holdMusic }, { country }] = await Promise.all([
    parts.prompts.music(entry.tenantId),
    tenantTerms(stage),
  ]);
  const early = new EarlyMedia(leg.endpoint, country);
  try {
    return await dialPhone(parts, {
      ...{ tenantId: entry.tenantId, inboundCallId: entry.id, number: step.external, callerId: entry.number },
      ...{ role: 'third', holdMusic, signal: AbortSignal.any([signal, rung]) },
      onProgress: (progress, endpoint) => {
        early
          .progress(progress, endpoint)
          .catch(error => logger.warn({ err: error }, 'the caller does not hear it ring'));
      },
    });
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    signal.throwIfAborted();
    await leg.endpoint.stop();
    logger.info({ outcome: error.outcome, sipStatus: error.sipStatus }, 'external number not reached');
    if (rung.aborted) return { result: 'no_answer' };
    return { result: error.outcome === 'busy' || error.outcome === 'no_answer' ? error.outcome : 'failed' };
  } finally {
    early.end();
  }
}
