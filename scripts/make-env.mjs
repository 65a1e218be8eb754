// Makes .env for docker-compose.yml: addresses from the command line, every secret new. Plain JavaScript without packages: it
// runs on a server where nothing is installed or built.
//
//   node scripts/make-env.mjs --domain calls.example.com --address 10.0.0.5 [--public-address 203.0.113.10] [--folder .]
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const usage = `node scripts/make-env.mjs --domain NAME --address IP [--public-address IP] [--folder DIR]

  --domain           the name under which browsers reach this server, for example calls.example.com
  --address          this server's own address, which SIP and audio use
  --public-address   the address that others see, where that is another one (behind NAT)
  --folder           where .env and trunks.env are made; here by default`;

/** Hexadecimal: nothing in it means anything to a URL, a shell, XML or YAML. */
const secret = () => randomBytes(24).toString('hex');

function fail(message) {
  console.error(message);
  process.exit(1);
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        domain: { type: 'string' },
        address: { type: 'string' },
        'public-address': { type: 'string' },
        folder: { type: 'string', default: '.' },
        help: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    return fail(`${error.message}\n\n${usage}`);
  }
}

const { domain, address, folder, help, 'public-address': publicAddress = address } = readArguments();
if (help) {
  console.log(usage);
  process.exit(0);
}
if (!/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i.test(domain ?? ''))
  fail(`--domain has to be a name like calls.example.com\n\n${usage}`);
for (const [name, value] of Object.entries({ address, 'public-address': publicAddress }))
  if (isIP(value ?? '') !== 4) fail(`--${name} has to be an IPv4 address\n\n${usage}`);

const environment = `# Made by scripts/make-env.mjs for docker-compose.yml. Secrets: readable by the owner alone, in no backup that others read,
# in no repository. POSTGRES_PASSWORD is only taken when the database is made; the others may be exchanged at any time.
RINGBRIDGE_DOMAIN=${domain}
RINGBRIDGE_ADDRESS=${address}
RINGBRIDGE_PUBLIC_ADDRESS=${publicAddress}
RINGBRIDGE_TOKEN_KEY=${secret()}
POSTGRES_PASSWORD=${secret()}
DRACHTIO_SECRET=${secret()}
FREESWITCH_ESL_PASSWORD=${secret()}
TURN_SECRET=${secret()}
REDIS_PASSWORD=${secret()}
`;
const trunks = `# Passwords of trunks, by the names of passwordEnv in dialplan/trunks.yaml:
# CARRIER_PASSWORD=…
`;

for (const [name, content] of [
  ['.env', environment],
  ['trunks.env', trunks],
]) {
  const path = join(folder, name);
  try {
    // Never over one that is there: the database of its password would be shut for good.
    writeFileSync(path, content, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    fail(error.code === 'EEXIST' ? `${path} is there already: it stays as it is.` : error.message);
  }
  console.log(`${path} made`);
}
