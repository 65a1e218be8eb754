import type { Line, LineGrade } from '../api/types.js';

/** Whose fault it may be that a talk sounds bad. */
export type LineFault = 'own_network' | 'own_silent' | 'customer_line' | 'customer_silent';

const order: readonly LineGrade[] = ['good', 'fair', 'poor', 'silent'];

/** The worst of the lines; null while none is known. */
export function worstGrade(lines: readonly Line[]): LineGrade | null {
  const grades = lines.map(({ grade }) => grade).filter(grade => grade !== null);
  return grades.sort((a, b) => order.indexOf(b) - order.indexOf(a))[0] ?? null;
}

/** What is said of it: his own line first, because an agent can do something about that. */
export function faultOf(lines: readonly Line[]): LineFault | null {
  const grade = (role: string) => lines.find(line => line.role === role)?.grade ?? null;
  if (grade('agent') === 'silent') return 'own_silent';
  if (grade('agent') === 'poor') return 'own_network';
  if (grade('customer') === 'silent') return 'customer_silent';
  return grade('customer') === 'poor' ? 'customer_line' : null;
}

/** Percent of packets that did not come; null where nobody has counted. */
export function lossOf({ lost, arrived }: { lost: number | null; arrived: number }): number | null {
  if (lost === null) return null;
  const all = Math.max(0, lost) + arrived;
  return all <= 0 ? null : (100 * Math.max(0, lost)) / all;
}
