/** A failed test point, with its place in the tests and what TAP says about it. */
export interface Failure {
  /** Names from the file down to the assertion. */
  path: string[];
  diagnostics: string[];
}

/** One test file, when it is done. */
export interface FileResult {
  name: string;
  passed: number;
  failures: Failure[];
  milliseconds: number;
}

const point = /^(not )?ok\b(?: \d+)?(?: - )?(.*?)(?: # time=([\d.]+)(ms|s))?(?: \{)?$/;

/**
 * Reads the TAP 14 of `tap run` line by line and counts assertions: the points that are not the sum of a subtest.
 * A subtest that failed without a failed point in it (no plan, a timeout, a crash) counts as one failure.
 */
export class TapReader {
  private names: string[] = [];
  /** Per depth: how many points, and how many failures, stood below since the last point of that depth. */
  private below: { points: number; failures: number }[] = [];
  private passed = 0;
  private failures: Failure[] = [];
  private block: { indent: string; lines: string[] | undefined } | undefined;
  private lastFailure: Failure | undefined;

  constructor(private readonly onFile: (result: FileResult) => void) {}

  line(text: string) {
    if (this.block) {
      this.inBlock(text);
      return;
    }
    const indent = /^ */.exec(text)![0].length;
    const depth = Math.floor(indent / 4);
    const content = text.slice(indent);
    if (content.startsWith('# Subtest: ')) {
      this.names.length = depth;
      this.names[depth] = content.slice('# Subtest: '.length);
      return;
    }
    if (content === '---' && indent % 4 === 2) {
      this.block = { indent: text.slice(0, indent), lines: this.lastFailure?.diagnostics };
      return;
    }
    const match = point.exec(content);
    if (!match || indent % 4 !== 0) return;
    this.point(depth, !match[1], match[2] ?? '', Number(match[3] ?? 0) * (match[4] === 's' ? 1000 : 1));
  }

  private inBlock(text: string) {
    const { indent, lines } = this.block!;
    if (text === `${indent}...`) {
      this.block = undefined;
      this.lastFailure = undefined;
    } else {
      lines?.push(text.startsWith(indent) ? text.slice(indent.length) : text);
    }
  }

  private point(depth: number, ok: boolean, name: string, milliseconds: number) {
    const inner = this.below[depth + 1] ?? { points: 0, failures: 0 };
    this.below.length = depth + 1;
    const sum = inner.points > 0;
    const fails = !ok && inner.failures === 0;
    if (fails) {
      this.lastFailure = { path: [...this.names.slice(0, depth), name], diagnostics: [] };
      this.failures.push(this.lastFailure);
    } else {
      this.lastFailure = undefined;
      if (ok && !sum) this.passed += 1;
    }
    const here = this.below[depth] ?? { points: 0, failures: 0 };
    this.below[depth] = {
      points: here.points + 1,
      failures: here.failures + inner.failures + (fails ? 1 : 0),
    };
    if (depth === 0) this.endFile(name, milliseconds);
  }

  private endFile(name: string, milliseconds: number) {
    const result = { name, passed: this.passed, failures: this.failures, milliseconds };
    this.passed = 0;
    this.failures = [];
    this.names = [];
    this.below = [];
    this.onFile(result);
  }
}
