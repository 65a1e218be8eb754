import { join } from 'node:path';
import type { Kind } from './kinds.js';
import * as kind from './kinds.js';

/** What a default may be made from: the settings above it. */
interface Known {
  dataDir: string;
  httpPort: number;
  publicUrl: string;
  sipAddress: string;
  sipWsPort: number;
  sipWssPort: number | undefined;
  mediaAddress: string;
}

export interface Setting<T, D = T | undefined> {
  kind: Kind<T>;
  /** The default, or how it follows from other settings. Undefined: nothing, or made by completeConfig(). */
  fallback: D | ((known: Known) => D);
  /** The default in words, where the value itself says too little. */
  fallbackText?: string;
  /** One or two sentences for the operator. */
  meaning: string;
  /** Never shown, not even when it is wrong. */
  hidden?: true;
}

/** Keeps the type of the default: a setting that has one is never undefined. */
function setting<T, const D extends T | undefined>(definition: Setting<T, D>): Setting<T, D> {
  return definition;
}

const made = 'made at the first start, kept in the data folder';

const general = {
  dataDir: setting({
    kind: kind.folder,
    fallback: './data',
    meaning:
      'The folder for everything that must survive: the embedded database, secrets, logs. ' +
      'A relative path in the file starts at the file, otherwise where Ringbridge is started.',
  }),
  demo: setting({
    kind: kind.flag,
    fallback: true,
    meaning: 'Whether a demo company with a shop page, queues, agents and logins is set up.',
  }),
  demoPassword: setting({
    kind: kind.secret,
    fallback: undefined,
    fallbackText: `ringbridge-demo as long as only this machine can reach the server; otherwise ${made}`,
    meaning: 'The password of the demo logins.',
    hidden: true,
  }),
  dialplanDir: setting({
    kind: kind.folder,
    fallback: './dialplan',
    meaning: 'The folder with trunks and outbound routes.',
  }),
  privateTrunks: setting({
    kind: kind.flag,
    fallback: false,
    meaning:
      'Whether trunks that companies make themselves may lead to private networks and to this machine, and not to public addresses alone.',
  }),
  trunkKey: setting({
    kind: kind.secret,
    fallback: undefined,
    fallbackText: made,
    meaning:
      "The key that the passwords of companies' own trunks are encrypted with in the database; the same for all gateways. " +
      'With a new one they have to be entered again.',
    hidden: true,
  }),
  nodeName: setting({
    kind: kind.name,
    fallback: undefined,
    fallbackText: 'host name and HTTP port, `host:8080`',
    meaning:
      'The name of this gateway among those of one database, the same after a restart: it takes over at once what its ' +
      'earlier self has left behind.',
  }),
  logLevel: setting({
    kind: kind.oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace']),
    fallback: 'info',
    meaning: 'How much the logs say.',
  }),
};

const web = {
  httpHost: setting({
    kind: kind.host,
    fallback: '127.0.0.1',
    meaning:
      'The address the web server listens on. 127.0.0.1 is for this machine alone; 0.0.0.0 is for everybody.',
  }),
  httpPort: setting({ kind: kind.port, fallback: 8080, meaning: 'The port the web server listens on.' }),
  publicUrl: setting({
    kind: kind.url(['http', 'https'], { bare: true }),
    fallback: ({ httpPort }) => `http://localhost:${httpPort}`,
    fallbackText: '`http://localhost:<httpPort>`',
    meaning: 'How browsers reach the web server, for example https://calls.example.com behind a proxy.',
  }),
  trustProxy: setting({
    kind: kind.proxies,
    fallback: false,
    meaning:
      "Whose X-Forwarded-For is believed: nobody's (false), everybody's (true), or that of a list of addresses and networks.",
  }),
  sessionHours: setting({
    kind: kind.integer(1, 24 * 30),
    fallback: 12,
    meaning: 'After how many hours a login ends.',
  }),
  desktopAnswerSeconds: setting({
    kind: kind.integer(1, 30),
    fallback: 1,
    meaning:
      "How many seconds an agent's desktop may take to answer before he is rung. Without an answer the next agent is asked, " +
      'and he is unreachable until he says that he is back: give more where networks or machines are slow.',
  }),
  loginsPerMinute: setting({
    kind: kind.integer(1, 100_000),
    fallback: 10,
    meaning: 'How often one address may try to sign in, each minute.',
  }),
  callbacksPerMinute: setting({
    kind: kind.integer(1, 1_000_000),
    fallback: 20,
    meaning: 'How many callbacks one address may ask for, each minute.',
  }),
  tokenKey: setting({
    kind: kind.secret,
    fallback: undefined,
    fallbackText: made,
    meaning:
      "The key that visitors' tokens are signed with. With a new one nobody can follow or cancel an earlier callback.",
    hidden: true,
  }),
};

const mail = {
  smtpUrl: setting({
    kind: kind.url(['smtp', 'smtps']),
    fallback: undefined,
    fallbackText: 'no mail is sent',
    meaning:
      'The server that sends mails: smtp://user:password@host:587, or smtps:// for TLS from the first byte. smtp:// uses ' +
      'TLS where the server offers it.',
    hidden: true,
  }),
  mailFrom: setting({
    kind: kind.mailAddress,
    fallback: ({ publicUrl }) => `ringbridge@${new URL(publicUrl).hostname}`,
    fallbackText: '`ringbridge@<host of publicUrl>`',
    meaning: 'From whom mails come.',
  }),
};

const database = {
  databaseUrl: setting({
    kind: kind.url(['postgres', 'postgresql']),
    fallback: undefined,
    fallbackText: 'the embedded PostgreSQL',
    meaning: 'A PostgreSQL server of your own: postgres://user:password@host:port/database.',
    hidden: true,
  }),
  databasePort: setting({
    kind: kind.port,
    fallback: 5433,
    meaning: 'The port of the embedded PostgreSQL, on 127.0.0.1.',
  }),
};

const signalling = {
  sipServer: setting({
    kind: kind.builtinOrServer,
    fallback: 'builtin',
    meaning: 'The built-in SIP server, or host:port of the control port of a drachtio-server.',
  }),
  sipControlPort: setting({
    kind: kind.port,
    fallback: 9022,
    meaning: 'The control port of the built-in SIP server, on 127.0.0.1.',
  }),
  sipSecret: setting({
    kind: kind.secret,
    fallback: undefined,
    fallbackText: made,
    meaning: "What the gateway logs in to the SIP server with: drachtio-server's `secret`.",
    hidden: true,
  }),
  sipAddress: setting({
    kind: kind.ipAddress,
    fallback: '127.0.0.1',
    meaning: 'The address the built-in SIP server listens on, for trunks and softphones.',
  }),
  sipExternalAddress: setting({
    kind: kind.ipAddress,
    fallback: ({ sipAddress }) => sipAddress,
    fallbackText: '`<sipAddress>`',
    meaning: 'The address trunks are told as ours, where that is another one (behind NAT).',
  }),
  sipUdpPort: setting({ kind: kind.port, fallback: 5060, meaning: 'The UDP port for SIP.' }),
  sipWsPort: setting({ kind: kind.port, fallback: 5062, meaning: 'The TCP port for SIP over WebSocket.' }),
  sipTcpPort: setting({
    kind: kind.port,
    fallback: undefined,
    fallbackText: 'none',
    meaning: 'The TCP port for SIP, for trunks with transport=tcp and for requests too large for UDP.',
  }),
  sipTlsPort: setting({
    kind: kind.port,
    fallback: undefined,
    fallbackText: 'none',
    meaning: 'The TCP port for SIP over TLS, for trunks with transport=tls. 5061 is the usual one.',
  }),
  sipWssPort: setting({
    kind: kind.port,
    fallback: undefined,
    fallbackText: 'none',
    meaning: 'The TCP port for SIP over WebSocket over TLS, for softphones without a proxy in front.',
  }),
  sipTlsCertificate: setting({
    kind: kind.file,
    fallback: undefined,
    fallbackText: 'none',
    meaning:
      'The certificate of sipTlsPort and sipWssPort, PEM, with those between it and a root behind it. It has to ' +
      'name the host that browsers and trunks use.',
  }),
  sipTlsKey: setting({
    kind: kind.file,
    fallback: undefined,
    fallbackText: 'none',
    meaning: 'The private key of the certificate, PEM.',
  }),
  sipTlsAuthorities: setting({
    kind: kind.file,
    fallback: undefined,
    fallbackText: 'the public ones',
    meaning: 'Authorities whose certificates trunks may have, besides the public ones, PEM.',
  }),
  softphoneWsUrl: setting({
    kind: kind.url(['ws', 'wss']),
    fallback: ({ sipAddress, sipWsPort, sipWssPort, publicUrl }) =>
      sipWssPort === undefined
        ? `ws://${sipAddress.includes(':') ? `[${sipAddress}]` : sipAddress}:${sipWsPort}`
        : `wss://${new URL(publicUrl).hostname}:${sipWssPort}`,
    fallbackText:
      '`ws://<sipAddress>:<sipWsPort>`, with `sipWssPort` `wss://<host of publicUrl>:<sipWssPort>`',
    meaning: "How the agents' browsers reach SIP over WebSocket, for example wss://calls.example.com/sip.",
  }),
  sipDomain: setting({
    kind: kind.host,
    fallback: 'ringbridge.local',
    meaning: "The domain of the softphones' SIP addresses, and the realm of their passwords.",
  }),
  softphoneCredentialSeconds: setting({
    kind: kind.integer(60, 86_400),
    fallback: 3600,
    meaning:
      'How many seconds the credential of a softphone is good for; the desktop fetches a new one in time.',
  }),
};

const media = {
  media: setting({
    kind: kind.oneOf(['builtin', 'freeswitch', 'asterisk']),
    fallback: 'builtin',
    meaning:
      'Which media engine makes the audio: the built-in one, FreeSWITCH (docs/freeswitch.md) or Asterisk (docs/asterisk.md).',
  }),
  freeswitchServers: setting({
    kind: kind.freeswitchServers,
    fallback: [],
    fallbackText: 'none',
    meaning:
      'The FreeSWITCH servers: host, port of the event socket (8021), port for SIP (5080), and weight (1): one of weight 2 takes twice the calls.',
  }),
  freeswitchPassword: setting({
    kind: kind.secret,
    fallback: undefined,
    fallbackText: 'none',
    meaning: 'The password of their event sockets: FREESWITCH_ESL_PASSWORD there.',
    hidden: true,
  }),
  asteriskHost: setting({ kind: kind.host, fallback: '127.0.0.1', meaning: 'Where Asterisk is.' }),
  asteriskPort: setting({
    kind: kind.port,
    fallback: 8088,
    meaning: "The port of Asterisk's REST interface.",
  }),
  asteriskSipPort: setting({ kind: kind.port, fallback: 5080, meaning: "Asterisk's UDP port for SIP." }),
  asteriskPassword: setting({
    kind: kind.secret,
    fallback: undefined,
    fallbackText: 'none',
    meaning: 'The password of its REST interface: RINGBRIDGE_ASTERISK_ARI_PASSWORD there.',
    hidden: true,
  }),
  asteriskFolder: setting({
    kind: kind.folder,
    fallback: '/var/lib/ringbridge/media',
    meaning: 'A folder that Asterisk sees under the same name: tones are written there.',
  }),
  asteriskLegs: setting({
    kind: kind.integer(1, 10_000),
    fallback: 500,
    meaning: 'How many legs Asterisk takes at most.',
  }),
  browserOpus: setting({
    kind: kind.flag,
    fallback: false,
    meaning:
      'Whether FreeSWITCH offers Opus to browsers before G.711: better on wireless networks, at the price of transcoding every call.',
  }),
  mediaControlPort: setting({
    kind: kind.port,
    fallback: 9023,
    meaning:
      'The control port of the built-in media engine, on 127.0.0.1; further processes take the next ones.',
  }),
  mediaProcesses: setting({
    kind: kind.integer(1, 64),
    fallback: 1,
    meaning:
      'How many media engine processes share the calls: one for each core that audio may use. They share the ports for audio evenly.',
  }),
  mediaSecret: setting({
    kind: kind.secret,
    fallback: undefined,
    fallbackText: made,
    meaning: 'What the gateway logs in to the media engine with.',
    hidden: true,
  }),
  mediaAddress: setting({
    kind: kind.ipAddress,
    fallback: '127.0.0.1',
    meaning: 'The address the media engine sends and receives audio on.',
  }),
  mediaExternalAddress: setting({
    kind: kind.ipAddress,
    fallback: ({ mediaAddress }) => mediaAddress,
    fallbackText: '`<mediaAddress>`',
    meaning: 'The address others are told to send audio to, where that is another one (behind NAT).',
  }),
  rtpPortFirst: setting({
    kind: kind.integer(1024, 65535),
    fallback: 20_000,
    meaning: 'The first UDP port for audio.',
  }),
  rtpPortLast: setting({
    kind: kind.integer(1024, 65535),
    fallback: 29_999,
    meaning: 'The last UDP port for audio.',
  }),
  mediaWebrtcPort: setting({
    kind: kind.integer(0, 65535),
    fallback: 0,
    fallbackText: '0, a free one',
    meaning:
      'The one UDP port that all browsers send audio to; further media engine processes take the next ones. Name one where a firewall has to let it through.',
  }),
  promptsDir: setting({
    kind: kind.folder,
    fallback: './prompts',
    meaning:
      'The folder with the prompts and the music that come with Ringbridge. ' +
      'Media servers open its files by the same path, also on other machines.',
  }),
  recordingsDir: setting({
    kind: kind.folder,
    fallback: ({ dataDir }) => join(dataDir, 'recordings'),
    fallbackText: '`<dataDir>/recordings`',
    meaning:
      'Where media servers write messages of callers until they are stored in the database, by the same path as here.',
  }),
  promptCacheDir: setting({
    kind: kind.folder,
    fallback: ({ dataDir }) => join(dataDir, 'prompts'),
    fallbackText: '`<dataDir>/prompts`',
    meaning:
      'Where sounds that companies have uploaded are put for media servers to open, by the same path as here. ' +
      'It may be lost, and several gateways may share it.',
  }),
  iceServers: setting({
    kind: kind.iceServers,
    fallback: [],
    fallbackText: 'none',
    meaning:
      'The STUN and TURN servers that browsers are told to use. With `secret`, the secret shared with the TURN server, each softphone gets a credential of its own that runs out after a day.',
    hidden: true,
  }),
};

const phoneNetwork = {
  phoneNetwork: setting({
    kind: kind.flag,
    fallback: true,
    meaning: 'Whether the simulated telephone network runs, so that calls ring somewhere without a trunk.',
  }),
  phoneNetworkPort: setting({
    kind: kind.port,
    fallback: 5090,
    meaning: 'Its UDP port for SIP, on 127.0.0.1.',
  }),
  phoneNetworkRtpFirst: setting({
    kind: kind.integer(1024, 65535),
    fallback: 30_000,
    meaning: 'Its first UDP port for audio.',
  }),
  phoneNetworkRtpLast: setting({
    kind: kind.integer(1024, 65535),
    fallback: 30_999,
    meaning: 'Its last UDP port for audio.',
  }),
  phoneNetworkPassword: setting({
    kind: kind.secret,
    fallback: undefined,
    fallbackText: made,
    meaning: 'The password of the trunk to it.',
    hidden: true,
  }),
};

/** As the operator's page shows them, group by group. */
export const groups = {
  General: general,
  'Web server': web,
  Mail: mail,
  Database: database,
  'SIP and softphones': signalling,
  Audio: media,
  'Simulated telephone network': phoneNetwork,
} as const;

export const settings = {
  ...general,
  ...web,
  ...mail,
  ...database,
  ...signalling,
  ...media,
  ...phoneNetwork,
} as const;

export type SettingName = keyof typeof settings;

type ValueOf<S> = S extends Setting<infer T, infer D> ? (undefined extends D ? T | undefined : T) : never;

/** Every setting with its value, as loadConfig() found it. */
export type Config = { readonly [Name in SettingName]: ValueOf<(typeof settings)[Name]> };

/** httpPort → RINGBRIDGE_HTTP_PORT. */
export function variableOf(name: string): string {
  return `RINGBRIDGE_${name.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()}`;
}
