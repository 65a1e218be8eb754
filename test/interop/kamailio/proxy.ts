/** Kamailio with the configuration beside this file, as a process on free ports. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Kamailio, runKamailio, type Teardown } from './process.js';

export interface KamailioOptions {
  port: number;
  /** The UDP ports of the trunks behind it. */
  trunks: readonly [number, number];
  /** The SIP server, as a URI. Kamailio sends nothing there before it has answered a ping. */
  sipServer: string;
}

const configuration = fileURLToPath(new URL('./kamailio.cfg', import.meta.url));
/** Out of service until it answers a ping: Kamailio's flags for inactive, 1, and probing, 8. */
const awaitingPing = 9;

export async function startKamailio(t: Teardown, options: KamailioOptions): Promise<Kamailio> {
  const { port, trunks, sipServer } = options;
  const folder = mkdtempSync(join(tmpdir(), 'kamailio-'));
  const list = join(folder, 'dispatcher.list');
  writeFileSync(list, `1 ${sipServer} ${awaitingPing}\n`);
  t.teardown(() => rmSync(folder, { recursive: true }));
  const names = { PROXY_PORT: port, TRUNK_A: trunks[0], TRUNK_B: trunks[1], DISPATCHER_LIST: list };
  return await runKamailio(t, configuration, names);
}
