/** Kamailio with the configuration beside this file, as a process on free ports. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from '../../../scripts/test-run/programs.js';
import { listening } from '../../support/sipp.js';
import { Log } from '../log.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export interface KamailioOptions {
  port: number;
  /** The UDP ports of the trunks behind it. */
  trunks: readonly [number, number];
  /** The SIP server, as a URI. Kamailio sends nothing there before it has answered a ping. */
  sipServer: string;
}

export interface Kamailio {
  /** Resolves with the first line of its log that says so, from its start on. */
  said(pattern: RegExp): Promise<string>;
}

const configuration = fileURLToPath(new URL('./kamailio.cfg', import.meta.url));
/** Out of service until it answers a ping: Kamailio's flags for inactive, 1, and probing, 8. */
const awaitingPing = 9;

export async function startKamailio(t: Teardown, options: KamailioOptions): Promise<Kamailio> {
  const { port, trunks, sipServer } = options;
  const folder = mkdtempSync(join(tmpdir(), 'kamailio-'));
  const list = join(folder, 'dispatcher.list');
  writeFileSync(list, `1 ${sipServer} ${awaitingPing}\n`);
  const names = { PROXY_PORT: port, TRUNK_A: trunks[0], TRUNK_B: trunks[1], DISPATCHER_LIST: list };
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
  await Promise.race([Promise.all([listening(port), listening(port, 'tcp')]), early]);
  early.catch(() => undefined);
  return { said: pattern => log.said(pattern) };
}
