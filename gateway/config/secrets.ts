import { randomBytes } from 'node:crypto';
import {
  chownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './error.js';

/** Each secret nobody has to think of: made once, kept in the data folder, never printed. */
const secretBytes = {
  databasePassword: 24,
  tokenKey: 32,
  sipSecret: 24,
  mediaSecret: 24,
  phoneNetworkPassword: 24,
  trunkKey: 32,
  demoPassword: 9,
} as const;

export type SecretName = keyof typeof secretBytes;
export type Secrets = Readonly<Record<SecretName, string>>;

export const secretsFile = (dataDir: string) => join(dataDir, 'secrets.json');

function readSecrets(path: string): Partial<Record<SecretName, string>> | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError(`${path} cannot be read: ${(error as Error).message}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ConfigError(
      `${path} is not valid JSON; restore it from a backup (it holds the database's password)`,
    );
  }
  const valid =
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every(secret => typeof secret === 'string' && secret.length > 0);
  if (!valid) throw new ConfigError(`${path} must be a JSON object of non-empty strings`);
  return value as Partial<Record<SecretName, string>>;
}

/** Writes beside the file first: a crash in between leaves the old file or the new one, never half of one. */
function writeSecrets(path: string, dataDir: string, secrets: object, replace: boolean) {
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flush: true });
  const { uid, gid } = statSync(dataDir);
  // Root acting in somebody's folder must not lock its owner out of the next start.
  if (process.getuid?.() === 0 && uid !== 0) chownSync(draft, uid, gid);
  if (replace) {
    renameSync(draft, path);
    return;
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    // Another process was first: its secrets stand.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** The secrets of a data folder; those that are missing are made (file mode 0600) and stay the same from then on. */
export function loadSecrets(dataDir: string): Secrets {
  mkdirSync(dataDir, { recursive: true });
  const path = secretsFile(dataDir);
  const known = readSecrets(path);
  const missing = (Object.keys(secretBytes) as SecretName[]).filter(name => known?.[name] === undefined);
  if (missing.length === 0) return known as Secrets;
  const made = Object.fromEntries(
    missing.map(name => [name, randomBytes(secretBytes[name]).toString('base64url')]),
  );
  writeSecrets(path, dataDir, { ...known, ...made }, known !== undefined);
  return readSecrets(path) as Secrets;
}
