import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { HostPort } from './kinds.js';
import { loadSecrets } from './secrets.js';
import type { Config, SettingName } from './settings.js';

type Filled =
  | 'demoPassword'
  | 'tokenKey'
  | 'sipSecret'
  | 'mediaSecret'
  | 'phoneNetworkPassword'
  | 'trunkKey'
  | 'databaseUrl'
  | 'nodeName';

/** A configuration with nothing left open. Holds secrets: not for logs. */
export type CompleteConfig = { readonly [Name in Exclude<SettingName, Filled>]: Config[Name] } & {
  readonly [Name in Filled]: string;
} & {
  /** Whether databaseUrl is that of the embedded server. */
  readonly databaseEmbedded: boolean;
  /** Where the SIP server's control port is, built-in or not. */
  readonly sipControl: HostPort;
  /** Where the control ports of the media engine's processes are. */
  readonly mediaControls: readonly HostPort[];
};

const databaseRole = 'ringbridge';

/** The address of a database of the embedded server. */
export function embeddedDatabaseUrl(password: string, port: number, database = databaseRole): string {
  return `postgres://${databaseRole}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

const wellKnownDemoPassword = 'ringbridge-demo';

/**
 * The password of the demo logins. One that everybody knows is for a server that only its own machine reaches;
 * as soon as others can, by its address or through a proxy, it is the one made for this data folder.
 */
export function demoPassword(
  config: Pick<Config, 'httpHost' | 'publicUrl' | 'demoPassword'>,
  madeForThisFolder: string,
): string {
  if (config.demoPassword) return config.demoPassword;
  const private_ = isLoopback(config.httpHost) && isLoopback(new URL(config.publicUrl).hostname);
  return private_ ? wellKnownDemoPassword : madeForThisFolder;
}

/** Fills in what is made once and kept in the data folder, and what follows from it. Makes the folder if need be. */
export function completeConfig(config: Config): CompleteConfig {
  const secrets = loadSecrets(config.dataDir);
  return {
    ...config,
    databaseEmbedded: config.databaseUrl === undefined,
    databaseUrl: config.databaseUrl ?? embeddedDatabaseUrl(secrets.databasePassword, config.databasePort),
    tokenKey: config.tokenKey ?? secrets.tokenKey,
    sipSecret: config.sipSecret ?? secrets.sipSecret,
    mediaSecret: config.mediaSecret ?? secrets.mediaSecret,
    phoneNetworkPassword: config.phoneNetworkPassword ?? secrets.phoneNetworkPassword,
    trunkKey: config.trunkKey ?? secrets.trunkKey,
    nodeName: config.nodeName ?? `${hostname()}:${config.httpPort}`,
    demoPassword: demoPassword(config, secrets.demoPassword),
    sipControl:
      config.sipServer === 'builtin' ? { host: '127.0.0.1', port: config.sipControlPort } : config.sipServer,
    mediaControls: Array.from({ length: config.mediaProcesses }, (_, index) => ({
      host: '127.0.0.1',
      port: config.mediaControlPort + index,
    })),
  };
}
