/** The built-in SIP server as a process; flags.ts has its command line. */
import { once } from 'node:events';
import { pino } from 'pino';
import { helpText, readSettings, UsageError } from './flags.js';
import { ListenError } from './listen-error.js';
import { hostPort } from './message/uri.js';
import type { ListenAddress } from './options.js';
import { startSipServer } from './server.js';
import { protocols } from './transport/transport.js';

/** Resolves when the process is asked to end. */
async function asked(withParent: boolean): Promise<void> {
  const ends = [once(process, 'SIGTERM'), once(process, 'SIGINT')];
  if (withParent) {
    process.stdin.resume();
    ends.push(once(process.stdin, 'close'));
  }
  await Promise.race(ends);
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings.help) return void process.stdout.write(helpText());
  const log = pino(
    { level: settings.logLevel, base: { process: 'sip' } },
    pino.destination({ fd: 2, sync: true }),
  );
  const ended = asked(settings.exitWithParent);
  const server = await Promise.race([startSipServer(settings.server, { log }), ended]);
  // Asked to end before everything was open: there is nothing to close but the process.
  if (server === undefined) process.exit(0);
  const text = ({ host, port }: ListenAddress) => hostPort(host, port);
  const listeners = Object.fromEntries(protocols.map(protocol => [protocol, server[protocol].map(text)]));
  const { control, controlTls, metrics } = server;
  const ready = {
    ready: true,
    control: text(control),
    ...(controlTls && { controlTls: text(controlTls) }),
    ...listeners,
    ...(metrics && { metrics: text(metrics) }),
  };
  // What is thrown here is thrown by one timer, or by one connection that closes: the calls it is not about go on.
  process.on('uncaughtException', error => log.error({ err: error }, 'unexpected error'));
  process.on('SIGHUP', () => {
    try {
      server.reloadCertificates();
      log.info('certificates read again');
    } catch (error) {
      log.error({ reason: (error as Error).message }, 'certificates not read again, the old ones stay');
    }
  });
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  await ended;
  await Promise.race([server.drain(), asked(false)]);
  await server.close();
  process.exit(0);
}

main().catch((error: unknown) => {
  const known = error instanceof UsageError || error instanceof ListenError;
  process.stderr.write(`${known ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(known ? 2 : 1);
});
