import type { Line, LineGrade } from '../api/types.js';

/** Whose fault it may be that a talk sounds bad. */
export type LineFault =
  | 'own_microphone'
  | 'own_silent'
  /** His browser sends, and nothing arrives. */
  | 'own_blocked'
  | 'own_network'
  | 'own_gaps'
  | 'customer_line'
  | 'customer_silent';

const order: readonly LineGrade[] = ['good', 'fair', 'poor', 'silent'];

/** The worst of the lines; null while none is known. */
export function worstGrade(lines: readonly Line[]): LineGrade | null {
  const grades = lines.map(({ grade }) => grade).filter(grade => grade !== null);
  return grades.sort((a, b) => order.indexOf(b) - order.indexOf(a))[0] ?? null;
}

/**
 * What is said of it, by what the server measures and what the agent's browser says: his own line first, because he can do
 * something about that.
 */
export function faultOf(lines: readonly Line[]): LineFault | null {
  const lineOf = (role: string) => lines.find(line => line.role === role);
  const [own, customer] = [lineOf('agent'), lineOf('customer')];
  const trouble = own?.browser?.trouble;
  if (own?.grade === 'silent')
    return own.browser && trouble !== 'sends_nothing' ? 'own_blocked' : 'own_silent';
  if (trouble === 'sends_nothing') return 'own_silent';
  if (trouble === 'microphone_silent') return 'own_microphone';
  if (own?.grade === 'poor') return 'own_network';
  if (trouble === 'sound_gaps') return 'own_gaps';
  if (customer?.grade === 'silent') return 'customer_silent';
  return customer?.grade === 'poor' ? 'customer_line' : null;
}

/** Percent of packets that did not come; null where nobody has counted. */
export function lossOf({ lost, arrived }: { lost: number | null; arrived: number }): number | null {
  if (lost === null) return null;
  const all = Math.max(0, lost) + arrived;
  return all <= 0 ? null : (100 * Math.max(0, lost)) / all;
}
