import type { Rule } from '../api.js';

/** After how many seconds each further try comes, one after the other, as the server reckons it: the rule in figures. */
export function triesOf(
  rule: Pick<Rule, 'retries' | 'delaySeconds' | 'growth' | 'mostDelaySeconds' | 'withinMinutes'>,
): number[] {
  const tries: number[] = [];
  let since = 0;
  for (let before = 0; before < rule.retries; before += 1) {
    since += Math.min(rule.delaySeconds * rule.growth ** before, rule.mostDelaySeconds);
    if (since > rule.withinMinutes * 60) break;
    tries.push(Math.round(since));
  }
  return tries;
}
