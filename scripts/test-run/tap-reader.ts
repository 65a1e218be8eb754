/** A failed test point, with its place in the file and what TAP says about it. */
export interface Failure {
  /** Names from the outermost test down to the assertion. */
  path: string[];
  diagnostics: string[];
}

const point = /^(not )?ok\b(?: \d+)?(?: - )?(.*?)(?: # time=[\d.]+m?s)?(?: \{)?$/;

/**
 * Reads the TAP 14 of one test file line by line and counts assertions: the points that are not the sum of a subtest.
 * A subtest that failed without a failed point in it (no plan, a timeout, a crash) counts as one failure.
 */
export class TapReader {
  passed = 0;
  readonly failures: Failure[] = [];
  /** Whether the file came to its end: it said how many tests it has, and that is how many there were. */
  get complete() {
    return this.planned !== undefined && this.planned === (this.below[0]?.points ?? 0);
  }
  private planned: number | undefined;
  private names: string[] = [];
  /** Per depth: how many points, and how many failures among and below them, since the last point one level up. */
  private below: { points: number; failures: number }[] = [];
  private block: { indent: string; lines: string[] | undefined } | undefined;
  private lastFailure: Failure | undefined;

  line(text: string) {
    if (this.block) {
      this.inBlock(this.block, text);
      return;
    }
    const indent = /^ */.exec(text)![0].length;
    const depth = indent / 4;
    const content = text.slice(indent);
    if (content === '---' && indent % 4 === 2) {
      this.block = { indent: text.slice(0, indent), lines: this.lastFailure?.diagnostics };
      return;
    }
    if (!Number.isInteger(depth)) return;
    if (content.startsWith('# Subtest: ')) {
      this.names.length = depth;
      this.names[depth] = content.slice('# Subtest: '.length);
      return;
    }
    const plan = depth === 0 && /^1\.\.(\d+)/.exec(content);
    if (plan) this.planned = Number(plan[1]);
    const match = point.exec(content);
    if (match) this.point(depth, !match[1], match[2] ?? '');
  }

  private inBlock({ indent, lines }: { indent: string; lines: string[] | undefined }, text: string) {
    if (text === `${indent}...`) {
      this.block = undefined;
      this.lastFailure = undefined;
    } else {
      lines?.push(text.startsWith(indent) ? text.slice(indent.length) : text);
    }
  }

  private point(depth: number, ok: boolean, name: string) {
    const inner = this.below[depth + 1] ?? { points: 0, failures: 0 };
    this.below.length = Math.min(this.below.length, depth + 1);
    const fails = !ok && inner.failures === 0;
    this.lastFailure = fails ? { path: [...this.names.slice(0, depth), name], diagnostics: [] } : undefined;
    if (this.lastFailure) this.failures.push(this.lastFailure);
    else if (ok && inner.points === 0) this.passed += 1;
    const here = this.below[depth] ?? { points: 0, failures: 0 };
    this.below[depth] = {
      points: here.points + 1,
      failures: here.failures + inner.failures + (fails ? 1 : 0),
    };
  }
}
