import type { Test } from 'tap';
import type { Capability, MediaServer } from '../port.js';

/** What one engine showed in one test: that it does it, that it does not, or which declared lack kept it from it. */
type Shown = 'yes' | 'no' | Capability;

/** Gathers what every engine showed, as the table that docs/media-conformance.md has. */
export class ConformanceReport {
  readonly #engines: string[] = [];
  /** Test name within its theme → engine → what it showed. */
  readonly #rows = new Map<string, Map<string, Shown>>();

  add(theme: string, name: string, engine: string, shown: Shown): void {
    if (!this.#engines.includes(engine)) this.#engines.push(engine);
    const key = `${theme} | ${name}`;
    const row = this.#rows.get(key) ?? new Map<string, Shown>();
    this.#rows.set(key, row.set(engine, shown));
  }

  get engines(): readonly string[] {
    return this.#engines;
  }

  /** Markdown: one line per test, one column per engine; a dash names the capability that is declared missing. */
  table(): string {
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
    const cell = (shown: Shown | undefined) => {
      if (shown === undefined) return '';
      return shown === 'yes' || shown === 'no' ? shown : `– (no \`${shown}\`)`;
    };
    return [
      line(['', 'what', ...this.#engines]),
      line(['---', '---', ...this.#engines.map(() => '---')]),
      ...[...this.#rows].map(([key, row]) =>
        line([key, ...this.#engines.map(engine => cell(row.get(engine)))]),
      ),
    ].join('\n');
  }
}

/** One theme's way to say what every media server has to do, and what only those that declare it. */
export interface Suite {
  test(
    name: string,
    needs: readonly Capability[],
    run: (t: Test, server: MediaServer) => Promise<unknown>,
  ): void;
}

export type Theme = (suite: Suite) => void;

/**
 * Runs themes against one server. A test whose capability the engine does not declare is reported as such, by name;
 * that such calls are then refused has a test of its own (capabilities.ts).
 */
export function runThemes(
  t: Test,
  themes: Readonly<Record<string, Theme>>,
  open: () => Promise<MediaServer>,
  report: ConformanceReport,
): void {
  let opened: Promise<MediaServer> | undefined;
  for (const [theme, define] of Object.entries(themes)) {
    t.test(theme, async t => {
      opened ??= open();
      const server = await opened;
      define({
        test(name, needs, run) {
          t.test(name, async t => {
            const missing = needs.find(capability => !server.capabilities.has(capability));
            if (missing !== undefined) {
              report.add(theme, name, server.engine, missing);
              t.pass(`${server.engine} declares that it has no ${missing}`);
              return;
            }
            let shown: Shown = 'no';
            try {
              await run(t, server);
              if (t.passing()) shown = 'yes';
            } finally {
              report.add(theme, name, server.engine, shown);
            }
          });
        },
      });
    });
  }
}
