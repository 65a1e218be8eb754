import { isIP } from 'node:net';

/**
 * A kind of value: what is expected, in words that follow "must be", and how to read it. `read` gets a string
 * from the environment or whatever YAML made of the file, and answers undefined for what it does not accept.
 */
export interface Kind<T> {
  expected: string;
  read(input: unknown): T | undefined;
}

const asText = (input: unknown) => (typeof input === 'string' && input.length <= 4096 ? input : undefined);

function matching(pattern: RegExp, expected: string): Kind<string> {
  return {
    expected,
    read: input => {
      const value = asText(input);
      return value !== undefined && pattern.test(value) ? value : undefined;
    },
  };
}

export const folder = matching(/^[^\0]+$/, 'the path of a folder');

export const name = matching(/^[A-Za-z0-9._:-]{1,200}$/, 'up to 200 letters, digits and . _ : -');

export const file = matching(/^[^\0]+$/, 'the path of a file');

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const hostname = new RegExp(`^(?=.{1,253}$)${label}(\\.${label})*$`, 'i');

export const isHost = (value: string) => isIP(value) !== 0 || hostname.test(value);

export const host: Kind<string> = {
  expected: 'an IP address or a host name',
  read: input => (typeof input === 'string' && isHost(input) ? input : undefined),
};

/** What goes into SDP and Via: names would have to be looked up by everybody who reads them. */
export const ipAddress: Kind<string> = {
  expected: 'an IP address',
  read: input => (typeof input === 'string' && isIP(input) !== 0 ? input : undefined),
};

export function integer(min: number, max: number): Kind<number> {
  return {
    expected: `a whole number from ${min} to ${max}`,
    read: input => {
      const value = typeof input === 'string' && /^\d{1,15}$/.test(input.trim()) ? Number(input) : input;
      return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
        ? value
        : undefined;
    },
  };
}

export const port = integer(1, 65535);

const words: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

export const flag: Kind<boolean> = {
  expected: 'true or false',
  read: input => (typeof input === 'boolean' ? input : words[String(input).toLowerCase()]),
};

export function oneOf<const T extends string>(values: readonly T[]): Kind<T> {
  return {
    expected: `one of ${values.join(', ')}`,
    read: input => values.find(value => value === input),
  };
}

/** An absolute URL of one of the schemes; `bare` refuses path, query and fragment. */
export function url(schemes: readonly string[], { bare = false } = {}): Kind<string> {
  return {
    expected: `a URL that starts with ${schemes.map(scheme => `${scheme}://`).join(' or ')}${bare ? ' and has no path' : ''}`,
    read: input => {
      const value = asText(input);
      if (value === undefined || !URL.canParse(value)) return undefined;
      const parsed = new URL(value);
      if (!schemes.includes(parsed.protocol.slice(0, -1)) || parsed.host === '') return undefined;
      if (!bare) return value;
      const extra = parsed.pathname.replace(/^\/$/, '') + parsed.search + parsed.hash + parsed.username;
      return extra === '' ? value.replace(/\/$/, '') : undefined;
    },
  };
}

export const mailAddress = matching(/^[^@\s<>,;]{1,64}@[A-Za-z0-9.-]{1,253}$/, 'an e-mail address');

export const secret = matching(
  /^[\x21-\x7e]{16,256}$/,
  '16 to 256 printable ASCII characters without spaces',
);

export interface HostPort {
  host: string;
  port: number;
}

/** The word `builtin`, or where to find a server of one's own. */
export const builtinOrServer: Kind<'builtin' | HostPort> = {
  expected: 'builtin, or host:port of a server',
  read: input => {
    if (input === 'builtin') return 'builtin';
    const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(asText(input) ?? '');
    const name = match?.[1] ?? match?.[2];
    const number = port.read(match?.[3]);
    return name && isHost(name) && number ? { host: name, port: number } : undefined;
  },
};

/** A FreeSWITCH: where it is, and how much of the load it takes beside the others. */
export interface FreeswitchServer {
  host: string;
  eslPort: number;
  sipPort: number;
  weight: number;
}

const weight = integer(1, 1000);

function freeswitchServer(item: unknown): FreeswitchServer | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const {
    host: name,
    eslPort = 8021,
    sipPort = 5080,
    weight: share = 1,
    ...unknown
  } = item as Record<string, unknown>;
  const read = {
    host: host.read(name),
    eslPort: port.read(eslPort),
    sipPort: port.read(sipPort),
    weight: weight.read(share),
  };
  const complete =
    Object.values(read).every(value => value !== undefined) && Object.keys(unknown).length === 0;
  return complete ? (read as FreeswitchServer) : undefined;
}

export const freeswitchServers: Kind<readonly FreeswitchServer[]> = {
  expected:
    'a list of {host, eslPort, sipPort, weight}, of which all but host may be left out (as JSON in the environment)',
  read: input => {
    const list = typeof input === 'string' ? fromJson(input) : input;
    if (!Array.isArray(list) || list.length > 100) return undefined;
    const servers = list.map(freeswitchServer);
    return servers.every(server => server !== undefined) ? servers : undefined;
  },
};

function addressOrNet(value: string): boolean {
  const [address = '', bits, ...rest] = value.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

/** Whom to believe about X-Forwarded-For: everybody, nobody, or named addresses and networks. */
export const proxies: Kind<boolean | readonly string[]> = {
  expected: 'true, false, or a list of IP addresses and networks (10.0.0.0/8)',
  read: input => {
    const yesOrNo = Array.isArray(input) ? undefined : flag.read(input);
    if (yesOrNo !== undefined) return yesOrNo;
    const list: unknown[] = Array.isArray(input) ? input : (asText(input)?.split(',') ?? []);
    const trimmed = list.map(item => (typeof item === 'string' ? item.trim() : ''));
    return trimmed.length > 0 && trimmed.every(addressOrNet) ? trimmed : undefined;
  },
};

/**
 * As in WebRTC's RTCIceServer; or with the secret that is shared with a TURN server (coturn's `static-auth-secret`), out of
 * which each browser gets a credential of its own.
 */
export interface IceServer {
  urls: string;
  username?: string;
  credential?: string;
  secret?: string;
}

const iceUrl = /^(stun|stuns|turn|turns):[^\s?]{1,255}(\?transport=(udp|tcp))?$/;

function iceServer(item: unknown): IceServer | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const { urls, username, credential, secret: shared, ...unknown } = item as Record<string, unknown>;
  const texts = [username, credential].every(value => value === undefined || asText(value) !== undefined);
  if (typeof urls !== 'string' || !iceUrl.test(urls) || !texts || Object.keys(unknown).length > 0)
    return undefined;
  if (shared !== undefined) {
    const alone = username === undefined && credential === undefined && urls.startsWith('turn');
    return alone && secret.read(shared) ? (item as IceServer) : undefined;
  }
  // RFC 8656: a TURN server always asks who is there.
  if (urls.startsWith('turn') && (!username || !credential)) return undefined;
  return item as IceServer;
}

function fromJson(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return undefined;
  }
}

export const iceServers: Kind<readonly IceServer[]> = {
  expected:
    'a list of {urls: "stun:host:port"}, {urls: "turn:host:port", secret} or {urls: "turn:host:port", username, credential} (as JSON in the environment)',
  read: input => {
    const list = typeof input === 'string' ? fromJson(input) : input;
    if (!Array.isArray(list) || list.length > 20) return undefined;
    const servers = list.map(iceServer);
    return servers.every(server => server !== undefined) ? servers : undefined;
  },
};
