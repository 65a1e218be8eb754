/** The built-in SIP server as a process. `--help` lists its flags; the control secret comes by environment. */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { hostPort } from './message/uri.js';
import { defaultSipServerOptions, type ListenAddress, type SipServerOptions } from './options.js';
import { ListenError, startSipServer } from './server.js';

const secretVariable = 'RINGBRIDGE_SIP_SECRET';

const help = `Usage: node dist/engine/sip/main.js [flags]

  --control HOST:PORT       control port for applications        (127.0.0.1:9022)
  --udp HOST:PORT           SIP over UDP, may be repeated        (127.0.0.1:5060)
  --ws HOST:PORT            SIP over WebSocket, may be repeated  (127.0.0.1:5062)
  --external-address HOST   what peers are told as our address   (the bound one)
  --orphan-grace SECONDS    how long calls outlive their application (30)
  --max-dialogs N           calls at once                        (50000)
  --max-transactions N      SIP transactions at once             (200000)
  --max-connections N       WebSocket connections at once        (16384)
  --log-level LEVEL         trace, debug, info, warn, error      (info)
  --exit-with-parent        end when standard input closes
  --help

Port 0 takes any free port. The control secret is read from ${secretVariable}.
`;

/** Something is wrong with how the process was started; the message says what and how to mend it. */
class UsageError extends Error {}

function address(flag: string, text: string): ListenAddress {
  const match = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) throw new UsageError(`--${flag}: expected HOST:PORT, got ${text}`);
  return { host: (match[1] as string).replace(/^\[|\]$/g, ''), port };
}

function count(flag: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < 1)
    throw new UsageError(`--${flag}: expected a number above zero, got ${text}`);
  return number;
}

function readFlags() {
  try {
    return parseArgs({
      options: {
        control: { type: 'string', default: '127.0.0.1:9022' },
        udp: { type: 'string', multiple: true, default: ['127.0.0.1:5060'] },
        ws: { type: 'string', multiple: true, default: ['127.0.0.1:5062'] },
        'external-address': { type: 'string' },
        'orphan-grace': { type: 'string' },
        'max-dialogs': { type: 'string' },
        'max-transactions': { type: 'string' },
        'max-connections': { type: 'string' },
        'log-level': { type: 'string', default: 'info' },
        'exit-with-parent': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

type Flags = ReturnType<typeof readFlags>;

function options(flags: Flags): SipServerOptions {
  const secret = process.env[secretVariable];
  if (secret === undefined || secret === '' || /[|\r\n]/.test(secret)) {
    throw new UsageError(
      `set ${secretVariable} to the secret that applications log in with (no | and no line end)`,
    );
  }
  const external = flags['external-address'];
  if (external !== undefined && !/^[A-Za-z0-9._:-]+$/.test(external)) {
    throw new UsageError(`--external-address: expected a host name or an address, got ${external}`);
  }
  const { userAgent } = defaultSipServerOptions;
  return {
    ...defaultSipServerOptions,
    control: address('control', flags.control),
    udp: flags.udp.map(text => address('udp', text)),
    ws: flags.ws.map(text => address('ws', text)),
    secret,
    externalAddress: external,
    maxTransactions: count(
      'max-transactions',
      flags['max-transactions'],
      defaultSipServerOptions.maxTransactions,
    ),
    maxFlows: count('max-connections', flags['max-connections'], defaultSipServerOptions.maxFlows),
    userAgent: {
      ...userAgent,
      orphanGraceMs: count('orphan-grace', flags['orphan-grace'], userAgent.orphanGraceMs / 1_000) * 1_000,
      maxDialogs: count('max-dialogs', flags['max-dialogs'], userAgent.maxDialogs),
    },
  };
}

function levelOf(flags: Flags): string {
  const level = flags['log-level'];
  if (!(level in pino.levels.values)) throw new UsageError(`--log-level: there is no level ${level}`);
  return level;
}

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
  const flags = readFlags();
  if (flags.help) return void process.stdout.write(help);
  const log = pino(
    { level: levelOf(flags), base: { process: 'sip' } },
    pino.destination({ fd: 2, sync: true }),
  );
  const ended = asked(flags['exit-with-parent']);
  const server = await Promise.race([startSipServer(options(flags), { log }), ended]);
  // Asked to end before everything was open: there is nothing to close but the process.
  if (server === undefined) process.exit(0);
  const text = ({ host, port }: ListenAddress) => hostPort(host, port);
  const ready = {
    ready: true,
    control: text(server.control),
    udp: server.udp.map(text),
    ws: server.ws.map(text),
  };
  // What is thrown here is thrown by one timer, or by one connection that closes: the calls it is not about go on.
  process.on('uncaughtException', error => log.error({ err: error }, 'unexpected error'));
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  await ended;
  await server.close();
  process.exit(0);
}

main().catch((error: unknown) => {
  const known = error instanceof UsageError || error instanceof ListenError;
  process.stderr.write(`${known ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(known ? 2 : 1);
});
