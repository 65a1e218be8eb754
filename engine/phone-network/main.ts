/** The simulated telephone network as a process: docs/phone-network.md. `--help` lists its flags. */
import { once } from 'node:events';
import { pino } from 'pino';
import { SettingError } from '../media/flags.js';
import { ListenError } from '../sip/listen-error.js';
import { hostPort } from '../sip/message/uri.js';
import { startPhoneNetwork } from './server.js';
import { readSettings, usage } from './settings.js';

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings === undefined) return void process.stdout.write(`${usage}\n`);
  const logger = pino(
    { base: { process: 'phone-network' }, level: process.env.RINGBRIDGE_LOG_LEVEL ?? 'info' },
    pino.destination({ fd: 2, sync: true }),
  );
  const network = await startPhoneNetwork(settings, logger);
  const { host, port } = network.udp;
  process.stdout.write(`${JSON.stringify({ ready: true, udp: hostPort(host, port) })}\n`);

  const ends = [once(process, 'SIGTERM'), once(process, 'SIGINT')];
  if (settings.exitWithParent) {
    process.stdin.resume();
    ends.push(once(process.stdin, 'close'));
  }
  await Promise.race(ends);
  await network.close();
  process.exit(0);
}

main().catch((error: unknown) => {
  const known = error instanceof SettingError || error instanceof ListenError;
  process.stderr.write(
    `${known ? `phone network: ${error.message}` : ((error as Error).stack ?? String(error))}\n`,
  );
  process.exit(known ? 2 : 1);
});
