import { claimCalls, customerLeft, disownCall, end, type ServedInteraction } from '../acd/index.js';
import { adoptLeg, claimLegs, disownLegs, type InheritedLeg, keepsCalls, type Leg } from '../calls/index.js';
import type { ServiceParts } from './turn.js';

/** A call that another gateway, or an earlier run of this one, has left, and that goes on. */
export interface AdoptedCall {
  interaction: ServedInteraction;
  customer: Leg;
  /** Of a caller. */
  inboundCallId?: string | undefined;
  /** Undefined: the customer waited for his next agent, or the agent's leg is no more. */
  agent: Leg | undefined;
}

/**
 * Compares what the store says is alive with what the engines hold, and takes over the calls that both know. The rest is
 * left without a node, to be put in order.
 * @param nodeId this gateway
 */
export async function adoptCalls(parts: ServiceParts, nodeId: string): Promise<AdoptedCall[]> {
  const { sql, telephony, logger } = parts;
  if (!keepsCalls(parts)) return [];
  const interactions = await claimCalls(sql, nodeId);
  if (interactions.length === 0) return [];
  const ids = interactions.map(({ id }) => id);
  const [legs] = await Promise.all([claimLegs(sql, { interactions: ids }, nodeId), telephony.inherited()]);
  const calls = await Promise.all(
    interactions.map(async interaction => {
      const own = legs.filter(({ interactionId }) => interactionId === interaction.id);
      const { customer, agent, left } = await adopt(parts, interaction, own);
      await disownLegs(sql, left);
      const line = own.find(({ role }) => role === 'customer');
      if (customer) return { interaction, inboundCallId: line?.inboundCallId, customer, agent };
      if (line && telephony.hungUpMeanwhile(line.callId)) await overByHimself(parts, interaction);
      else await disownCall(sql, interaction);
      logger.warn({ interactionId: interaction.id }, 'the call is no more');
      return undefined;
    }),
  );
  return calls.filter(call => call !== undefined);
}

/** He has hung up: nobody owes him another call. */
async function overByHimself({ sql, wrapUps }: ServiceParts, interaction: ServedInteraction): Promise<void> {
  const ended = await end(sql, interaction, 'completed', 'customer');
  if (ended) wrapUps.schedule(ended);
  else await customerLeft(sql, interaction);
}

interface AdoptedLegs {
  customer: Leg | undefined;
  agent: Leg | undefined;
  /** The ids of those that are not gone on with. */
  left: string[];
}

async function adopt(
  parts: ServiceParts,
  { agentId, state }: ServedInteraction,
  legs: readonly InheritedLeg[],
): Promise<AdoptedLegs> {
  const taken: string[] = [];
  const take = async (leg: InheritedLeg | undefined) => {
    const adopted = leg && (await adoptLeg(parts, leg));
    if (adopted) taken.push(leg.id);
    return adopted;
  };
  const customer = await take(legs.find(({ role }) => role === 'customer'));
  const talking = customer && state === 'bridged';
  const agent = talking
    ? await take(legs.find(({ role, userId }) => role === 'agent' && userId === agentId))
    : undefined;
  return { customer, agent, left: legs.map(({ id }) => id).filter(id => !taken.includes(id)) };
}
