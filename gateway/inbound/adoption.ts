import { adoptLeg, claimLegs, disownLegs, type InheritedLeg, keepsCalls, type Leg } from '../calls/index.js';
import { claimLeftCalls, disownLeftCall, type LeftCall } from './calls-sql.js';
import type { Journey } from './flow-run.js';
import type { InboundParts, Remains } from './stage.js';

/** A caller whom another gateway, or an earlier run of this one, has led, and who is led on. */
export interface AdoptedJourney {
  journey: Journey;
  leg: Leg;
  remains: Remains;
}

/**
 * Takes over the callers whose gateway is no more, as far as the engines hold their lines: those in queues and talks by the
 * conductor, which goes on with all others of its kind as well. The rest is left without a node, and is over.
 */
export async function adoptJourneys(parts: InboundParts): Promise<AdoptedJourney[]> {
  const { sql, nodeId } = parts;
  const calls = keepsCalls(parts) ? await claimLeftCalls(sql, nodeId) : [];
  try {
    return await adoptCallers(parts, calls);
  } catch (error) {
    // Nobody would lead them here, and nobody else could.
    for (const { entry } of calls) await disownLeftCall(sql, entry);
    throw error;
  }
}

async function adoptCallers(parts: InboundParts, calls: readonly LeftCall[]): Promise<AdoptedJourney[]> {
  const { sql, nodeId, conductor, telephony, logger } = parts;
  const led = (queued: boolean) => calls.filter(call => call.queued === queued).map(({ entry }) => entry.id);
  const callers = await conductor.adopt(nodeId, new Set(led(true)));
  if (calls.length === 0) return [];
  const [legs] = await Promise.all([
    claimLegs(sql, { inboundCalls: led(false) }, nodeId),
    telephony.inherited(),
  ]);
  const adopted = await Promise.all(
    calls.map(async ({ entry, flow, place, path, message, queued: inQueue }) => {
      const queued = callers.get(entry.id);
      const own = legs.filter(({ inboundCallId }) => inboundCallId === entry.id);
      const lines = inQueue ? { leg: queued?.leg, other: undefined } : await adoptLines(parts, own);
      const { leg, other } = lines;
      const { language, ahead, ...position } = place;
      const about = { inboundCallId: entry.id, step: position.step };
      if (leg) {
        logger.info(about, 'goes on with the caller of another gateway');
        const journey = { entry, flow, position, language, path, ahead };
        return { journey, leg, remains: { queued, other, message: message ?? undefined } };
      }
      logger.warn(about, 'the caller of another gateway is no more');
      await disownLeftCall(sql, entry);
      return undefined;
    }),
  );
  return adopted.filter(journey => journey !== undefined);
}

/** The line of a caller, and that of whom he talks with outside. */
async function adoptLines(
  parts: InboundParts,
  legs: readonly InheritedLeg[],
): Promise<{ leg: Leg | undefined; other: Leg | undefined }> {
  const left = new Set(legs.map(({ id }) => id));
  const take = async (wanted: InheritedLeg['role']) => {
    const found = legs.find(({ role }) => role === wanted);
    const leg = found && (await adoptLeg(parts, found));
    if (leg) left.delete(found.id);
    return leg;
  };
  const leg = await take('customer');
  const other = leg && (await take('third'));
  await disownLegs(parts.sql, [...left]);
  return { leg, other };
}
