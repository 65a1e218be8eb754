import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CompleteConfig, variableOf } from '../../gateway/config.js';
import { type PostgresServer, startPostgres } from '../postgres/index.js';
import { SetupError } from '../setup-error.js';
import type { Exit, Instance, Part, Reporter } from './part.js';
import { complaintOf, processPart } from './process.js';

/** Where the lines of a part go: all to its log file. */
export type LineSink = (part: string, line: string) => void;

interface Surroundings {
  config: CompleteConfig;
  env: NodeJS.ProcessEnv;
  reporter: Reporter;
  onLine: LineSink;
}

const program = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** An IPv6 address goes in brackets where a port follows it. */
const hostPort = (host: string, port: number) => `${host.includes(':') ? `[${host}]` : host}:${port}`;

function databasePart({ config, reporter, onLine }: Surroundings): Part {
  const launch = (): Instance => {
    const cancel = new AbortController();
    const starting = startPostgres({
      dataDir: config.dataDir,
      port: config.databasePort,
      signal: cancel.signal,
      logger: reporter,
      onLine: line => onLine('database', line),
    });
    let server: PostgresServer | undefined;
    const ready = new Promise<string>(resolve => {
      starting.then(
        started => {
          server = started;
          resolve(`PostgreSQL on 127.0.0.1:${started.port}`);
        },
        // Told by `exited`.
        () => undefined,
      );
    });
    const exited = starting.then(
      async (started): Promise<Exit> => {
        await started.exited;
        return { how: 'the server is gone', reason: '', setup: false };
      },
      (error: Error): Exit => ({
        how: 'it could not be started',
        reason: error.message,
        setup: error instanceof SetupError,
      }),
    );
    return {
      ready,
      exited,
      terminate: () => (server ? void server.stop() : cancel.abort()),
      // SIGQUIT is PostgreSQL's "at once": it leaves no children behind, and recovers at its next start.
      kill: () => (server ? void process.kill(server.pid, 'SIGQUIT') : cancel.abort()),
    };
  };
  return { name: 'database', launch };
}

/** What a part may know: everything but the secrets and settings of the others. */
function environment(env: NodeJS.ProcessEnv, own: Record<string, string>): NodeJS.ProcessEnv {
  const common = Object.entries(env).filter(([name]) => !name.startsWith('RINGBRIDGE_'));
  return { ...Object.fromEntries(common), ...own };
}

function serverPart(
  { config, env, reporter, onLine }: Surroundings,
  name: string,
  {
    file,
    args,
    secrets,
    inherits = false,
  }: { file: string; args: string[]; secrets: Record<string, string>; inherits?: boolean },
): Part {
  const own = { [variableOf('logLevel')]: config.logLevel, ...secrets };
  return processPart({
    name,
    file: program(file),
    args: [...args, '--exit-with-parent'],
    env: inherits ? { ...env, ...own } : environment(env, own),
    onLine: line => {
      onLine(name, line);
      const complaint = complaintOf(line);
      if (complaint) reporter.warn(`${name}: ${complaint}`);
    },
  });
}

function sipPart(around: Surroundings): Part {
  const { sipControl, sipAddress, sipExternalAddress, sipUdpPort, sipWsPort, sipSecret } = around.config;
  const { sipTcpPort, sipTlsPort, sipWssPort } = around.config;
  const { sipTlsCertificate, sipTlsKey, sipTlsAuthorities } = around.config;
  const at = (port: number | undefined) => (port === undefined ? undefined : hostPort(sipAddress, port));
  const wanted = {
    '--tcp': at(sipTcpPort),
    '--tls': at(sipTlsPort),
    '--wss': at(sipWssPort),
    '--tls-cert': sipTlsCertificate,
    '--tls-key': sipTlsKey,
    '--tls-ca': sipTlsAuthorities,
  };
  const external = sipExternalAddress === sipAddress ? [] : ['--external-address', sipExternalAddress];
  return serverPart(around, 'SIP server', {
    file: 'engine/sip/main.js',
    args: [
      ...['--control', hostPort(sipControl.host, sipControl.port)],
      ...['--udp', hostPort(sipAddress, sipUdpPort)],
      ...['--ws', hostPort(sipAddress, sipWsPort)],
      ...Object.entries(wanted).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value])),
      ...external,
      ...['--ringing', join(around.config.dataDir, 'sip-ringing')],
      ...['--log-level', around.config.logLevel],
    ],
    secrets: { [variableOf('sipSecret')]: sipSecret },
  });
}

/** The media engine's processes: each with its own control port, its share of the ports for audio, and its browsers. */
function mediaParts(around: Surroundings): Part[] {
  const { mediaControls, mediaAddress, mediaExternalAddress, mediaSecret } = around.config;
  const { rtpPortFirst, rtpPortLast, mediaWebrtcPort } = around.config;
  const external = mediaExternalAddress === mediaAddress ? [] : ['--external-address', mediaExternalAddress];
  // Even shares: a leg has an even port for RTP and the odd one after it.
  const share = Math.floor((rtpPortLast - rtpPortFirst + 1) / mediaControls.length / 2) * 2;
  return mediaControls.map((control, index) => {
    const first = rtpPortFirst + index * share;
    return serverPart(around, mediaControls.length === 1 ? 'media engine' : `media engine ${index + 1}`, {
      file: 'engine/media/main.js',
      args: [
        ...['--control', hostPort(control.host, control.port)],
        ...['--address', mediaAddress],
        ...external,
        ...[
          '--rtp-ports',
          `${first}-${index === mediaControls.length - 1 ? rtpPortLast : first + share - 1}`,
        ],
        ...['--webrtc-port', String(mediaWebrtcPort === 0 ? 0 : mediaWebrtcPort + index)],
      ],
      secrets: { [variableOf('mediaSecret')]: mediaSecret },
    });
  });
}

function phoneNetworkPart(around: Surroundings): Part {
  const { phoneNetworkPort, phoneNetworkRtpFirst, phoneNetworkRtpLast, phoneNetworkPassword } = around.config;
  return serverPart(around, 'phone network', {
    file: 'engine/phone-network/main.js',
    args: [
      ...['--udp', hostPort('127.0.0.1', phoneNetworkPort)],
      ...['--address', '127.0.0.1'],
      ...['--rtp-ports', `${phoneNetworkRtpFirst}-${phoneNetworkRtpLast}`],
      ...['--username', 'ringbridge'],
    ],
    secrets: { [variableOf('phoneNetworkPassword')]: phoneNetworkPassword },
  });
}

/** The gateway reads the same environment and file as we did; what was made for it comes on top. */
function gatewayPart(around: Surroundings): Part {
  const { phoneNetworkPassword, phoneNetworkPort } = around.config;
  return serverPart(around, 'gateway', {
    file: 'gateway/main.js',
    args: [],
    // The file of the trunk to the simulated network names these variables.
    secrets: {
      [variableOf('phoneNetworkPassword')]: phoneNetworkPassword,
      [variableOf('phoneNetworkPort')]: String(phoneNetworkPort),
    },
    inherits: true,
  });
}

/** What this configuration needs, each part after those it builds on. */
export function partsFor(around: Surroundings): Part[] {
  const { config } = around;
  return [
    ...(config.databaseEmbedded ? [databasePart(around)] : []),
    ...(config.sipServer === 'builtin' ? [sipPart(around)] : []),
    ...(config.media === 'builtin' ? mediaParts(around) : []),
    ...(config.phoneNetwork ? [phoneNetworkPart(around)] : []),
    gatewayPart(around),
  ];
}

/** The name of a part as a file name. */
export const logNameOf = (part: string) => part.toLowerCase().replaceAll(' ', '-');
