import { accessSync, constants, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Config, portUses, type SettingName, variableOf } from '../../gateway/config.js';
import { portTrouble } from '../ports.js';
import { SetupError } from '../setup-error.js';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'there is a file of that name',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
};

/** Makes the data folder and sees that files can be written to it. Returns whether it held data of an earlier run. */
export function prepareDataFolder(dataDir: string): { found: boolean } {
  const found = existsSync(join(dataDir, 'secrets.json'));
  const probe = join(dataDir, `.probe-${process.pid}.tmp`);
  try {
    mkdirSync(join(dataDir, 'logs'), { recursive: true });
    accessSync(join(dataDir, 'logs'), constants.W_OK);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const user = userInfo().username;
    throw new SetupError(
      `The data folder ${dataDir} cannot be written by the user ${user} (${reasons[code] ?? message}): ` +
        'change that, or name another folder with RINGBRIDGE_DATA_DIR=/path.',
    );
  }
  return { found };
}

/** Who needs the port of a setting. */
const users: Readonly<Partial<Record<SettingName, string>>> = {
  httpPort: 'web server',
  sipControlPort: "SIP server's control port",
  sipWsPort: 'SIP server (WebSocket)',
  sipUdpPort: 'SIP server (UDP)',
  sipTcpPort: 'SIP server (TCP)',
  sipTlsPort: 'SIP server (TLS)',
  sipWssPort: 'SIP server (WebSocket over TLS)',
  mediaControlPort: "media engine's control port",
  mediaWebrtcPort: 'media engine (WebRTC)',
  phoneNetworkPort: 'simulated telephone network',
};

function addressSetting(name: SettingName): SettingName | undefined {
  if (name === 'httpPort') return 'httpHost';
  if (/^sip(Udp|Tcp|Tls|Ws|Wss)Port$/.test(name)) return 'sipAddress';
  if (name === 'mediaWebrtcPort') return 'mediaAddress';
  return undefined;
}

function sentence(config: Config, name: SettingName, protocol: string, number: number, code: string): string {
  const address = addressSetting(name);
  const port = `${protocol.toUpperCase()} port ${number}`;
  const need = `the ${users[name]} (${name}) needs it`;
  const variable = variableOf(name);
  if (code === 'EACCES') {
    return `${port} may not be opened by this user, and ${need}: choose one above 1023 with ${variable}.`;
  }
  if (address && (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')) {
    return `${config[address]} (${address}) is no address of this machine: give one that is with ${variableOf(address)}.`;
  }
  if (code !== 'EADDRINUSE') return `${port} cannot be opened (${code}), and ${need}.`;
  return `${port} is taken, and ${need}: end the program that holds it, or choose another one, for example ${variable}=${freeLooking(config, name)} npm start.`;
}

/** A number to suggest: one that no other setting wants. */
function freeLooking(config: Config, name: SettingName): number {
  const wanted = portUses(config);
  let port = (config[name] as number) + 1;
  while (wanted.some(use => use.first <= port && port <= use.last) && port < 65_535) port += 1;
  return port;
}

/** What an earlier run was killed with may take this long to end after it, in milliseconds. */
const patience = 5_000;

/**
 * Sees that every port can be had. The database's own is left to its start, which first ends a server that was
 * left behind there. With `wait`, a port that is still taken is waited for.
 */
export async function checkPorts(
  config: Config,
  { wait = false, signal }: { wait?: boolean; signal?: AbortSignal } = {},
) {
  const end = Date.now() + (wait ? patience : 0);
  for (const { name, protocol, first, last } of portUses(config)) {
    if (!(name in users)) continue;
    const address = addressSetting(name);
    const host = address ? (config[address] as string) : '127.0.0.1';
    for (let port = first; port <= last; port++) {
      let trouble = await portTrouble(protocol, port, host);
      while (trouble === 'EADDRINUSE' && Date.now() < end) {
        await delay(100, undefined, { signal });
        trouble = await portTrouble(protocol, port, host);
      }
      if (trouble) throw new SetupError(sentence(config, name, protocol, port, trouble));
    }
  }
}
