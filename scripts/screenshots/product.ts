/** Ringbridge as `npm start` runs it, on free ports and with a data folder that is thrown away. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { completeConfig, loadConfig, settings } from '../../gateway/config.js';
import { freePort, portTrouble } from '../ports.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface Product {
  url: string;
  demoPassword: string;
  databaseUrl: string;
  stop(): Promise<void>;
}

/** The port that everybody sees when they try it, if it is free here; it stands in the pictures. */
async function usualHttpPort(): Promise<number> {
  const usual = settings.httpPort.fallback;
  if (typeof usual !== 'number' || (await portTrouble('tcp', usual))) return freePort();
  return usual;
}

/** @throws with everything the start has printed, when it did not come up */
export async function startProduct(): Promise<Product> {
  const base = mkdtempSync(join(tmpdir(), 'ringbridge-screenshots-'));
  const env: Record<string, string> = { RINGBRIDGE_DATA_DIR: join(base, 'data') };
  env.RINGBRIDGE_HTTP_PORT = String(await usualHttpPort());
  const names = ['DATABASE', 'SIP_CONTROL', 'SIP_UDP', 'SIP_WS', 'MEDIA_CONTROL', 'PHONE_NETWORK'];
  for (const name of names) env[`RINGBRIDGE_${name}_PORT`] = String(await freePort());
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs')], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
    rmSync(base, { recursive: true, force: true });
  };
  const printed: string[] = [];
  const running = new Promise<void>(resolve => {
    for (const stream of [child.stdout, child.stderr])
      createInterface(stream).on('line', line => {
        printed.push(line);
        if (line.includes('Ringbridge is running')) resolve();
      });
  });
  await Promise.race([running, exited]);
  if (child.exitCode !== null) {
    await stop();
    throw new Error(`Ringbridge did not start:\n${printed.join('\n')}`);
  }
  const { demoPassword, databaseUrl, publicUrl } = completeConfig(loadConfig({ env }));
  return { url: publicUrl, demoPassword, databaseUrl, stop };
}
