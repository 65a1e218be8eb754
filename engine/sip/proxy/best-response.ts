/** The one final response that goes back when nobody has accepted (RFC 3261 section 16.7 items 6 and 7). */
import type { Answer } from '../dialog/client/answer.js';
import type { TemplateField } from '../message/template.js';

/** They say how the request might succeed after all. */
const instructive = new Set([401, 407, 415, 420, 484]);
const challenges: Record<string, string> = {
  'www-authenticate': 'WWW-Authenticate',
  'proxy-authenticate': 'Proxy-Authenticate',
};

export const isChallenge = (status: number): boolean => status === 401 || status === 407;

/** Lower is better: 6xx end all search, then by class; within the 4xx those that help first. */
function rank(status: number): number {
  if (status >= 600) return 0;
  const statusClass = Math.floor(status / 100);
  return statusClass * 2 + (statusClass === 4 && !instructive.has(status) ? 1 : 0);
}

/** The best of what came, the earliest among equals; undefined when nothing did. A real one is better than a made-up. */
export function bestResponse(answers: readonly Answer[]): Answer | undefined {
  let best: Answer | undefined;
  for (const answer of answers) if (best === undefined || isBetter(answer, best)) best = answer;
  return best;
}

function isBetter(answer: Answer, than: Answer): boolean {
  const difference = rank(answer.status) - rank(than.status);
  return difference < 0 || (difference === 0 && than.response === undefined && answer.response !== undefined);
}

/** The challenges of all other answers, which go with the best one if that is a challenge (item 7). */
export function otherChallenges(best: Answer, answers: readonly Answer[]): TemplateField[] {
  if (!isChallenge(best.status)) return [];
  return answers
    .filter(answer => answer !== best && isChallenge(answer.status))
    .flatMap(({ response }) => response?.fields ?? [])
    .flatMap(({ id, value }) => {
      const name = challenges[id];
      return name === undefined ? [] : [{ id, name, value }];
    });
}
