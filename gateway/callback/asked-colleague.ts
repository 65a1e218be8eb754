import {
  directOfferOf,
  type InteractionRef,
  type ServedInteraction,
  serviceTerms,
  whyNot,
} from '../acd/index.js';
import type { Leg } from '../calls/index.js';
import { type Announcement, untilTaken } from '../store/index.js';
import { reachAgent } from './agent-side.js';
import { endings, type ServiceParts, type StopReason, type Turn, waitsAgain } from './turn.js';

/** A colleague who is asked for something, by a piece of work of his own. */
export interface AskedColleague {
  part: InteractionRef;
  /** One in particular, who is asked once; or else whoever of a queue is next. */
  inParticular: boolean;
  /** The interaction of the talk that his leg will be joined to. */
  owner: string;
  /** The file with the music for whoever is held. */
  music: string;
  /** Aborted with why nobody wants him any more. */
  unwanted: AbortSignal;
  /** He is about to be rung. */
  onRinging?: () => Promise<unknown>;
}

/**
 * Rings the colleague who is asked, or one after the other of a queue.
 * @param meet what is done with the one who answers, until he is gone; what is told of his piece of work ends his turn
 * @returns what `meet` has returned, or why nobody came
 */
export async function askColleague(
  parts: ServiceParts,
  asked: AskedColleague,
  meet: (turn: Turn, leg: Leg) => Promise<string>,
): Promise<string> {
  const { sql, announcements, expected, propose } = parts;
  const { part, inParticular, unwanted, onRinging } = asked;
  let wake: () => void = () => undefined;
  let offer: ServedInteraction | undefined;
  let turn: Turn | undefined;
  let passed = false;
  const hear = ({ type }: Announcement) => {
    if (type === 'accepted') turn?.accepted.abort();
    const reason = endings[type];
    if (reason) turn?.stop.abort(reason);
    if (waitsAgain.has(type)) passed = true;
    wake();
  };
  const endingsOfIt = [
    announcements.onInteraction(part.id, hear),
    expected.expect(part.id, taken => {
      offer = taken;
      wake();
    }),
  ];
  unwanted.addEventListener('abort', () => {
    turn?.stop.abort('taken_back' satisfies StopReason);
    wake();
  });
  try {
    const direct = await untilTaken(() => directOfferOf(sql, part));
    if (direct) propose(direct);
    else if (inParticular) passed = true;
    for (;;) {
      while (!offer && !unwanted.aborted && !(passed && inParticular))
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      if (unwanted.aborted) return String(unwanted.reason);
      if (!offer) return await untilTaken(() => whyNot(sql, part));
      const current = offer;
      offer = undefined;
      passed = false;
      turn = await turnOf(parts, asked, current);
      if (turn) {
        await onRinging?.();
        const leg = await reachAgent(parts, turn, { live: true });
        if (leg) return await meet(turn, leg);
      }
      if (inParticular) passed = true;
    }
  } finally {
    for (const ending of endingsOfIt) ending();
  }
}

async function turnOf(
  { sql, logger }: ServiceParts,
  { owner, music, unwanted }: AskedColleague,
  interaction: ServedInteraction,
): Promise<Turn | undefined> {
  const terms = await untilTaken(() => serviceTerms(sql, interaction));
  if (terms?.state !== 'offered' && terms?.state !== 'accepted') return undefined;
  const accepted = new AbortController();
  if (terms.state === 'accepted') accepted.abort();
  const stop = new AbortController();
  if (unwanted.aborted) stop.abort('taken_back' satisfies StopReason);
  return {
    interaction,
    terms,
    stop,
    accepted,
    owner,
    music,
    logger: logger.child({ interactionId: interaction.id, owner }),
  };
}
