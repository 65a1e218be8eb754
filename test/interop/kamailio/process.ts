/** Kamailio as a process on free ports. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../../scripts/test-run/programs.js';
import { listening } from '../../support/sipp.js';
import { Log } from '../log.js';

export interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export interface Kamailio {
  /** Resolves with the first line of its log that says so, from its start on. */
  said(pattern: RegExp): Promise<string>;
}

/** @param names what stands in the configuration for what: its own port is PROXY_PORT */
export async function runKamailio(
  t: Teardown,
  configuration: string,
  names: { PROXY_PORT: number } & Record<string, string | number>,
): Promise<Kamailio> {
  const folder = mkdtempSync(join(tmpdir(), 'kamailio-'));
  const child = spawn(
    findProgram('kamailio') ?? 'kamailio',
    [
      ...['-DD', '-E', '-m', '32', '-M', '4', '-f', configuration, '-Y', folder, '-w', folder],
      ...Object.entries(names).map(([name, value]) => `--substdef=!${name}!${value}!g`),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = once(child, 'exit');
  const log = new Log(child);
  t.teardown(async () => {
    // Asked by SIGTERM it takes its children along.
    child.kill();
    await exited;
    rmSync(folder, { recursive: true });
  });
  const early = exited.then(([code]) => {
    throw new Error(`kamailio ended with ${code}\n${log.text}`);
  });
  const port = names.PROXY_PORT;
  await Promise.race([Promise.all([listening(port), listening(port, 'tcp')]), early]);
  early.catch(() => undefined);
  return { said: pattern => log.said(pattern) };
}
