import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError } from '../setup-error.js';

/** Programs that the tests of the whole system drive, which npm cannot bring. */
const programs = {
  /** The browser that visitor and agent use. */
  chromium: {
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    places: [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
    apt: 'chromium',
    brew: '--cask chromium',
  },
  /** The other browser that visitors use. */
  firefox: {
    names: ['firefox-esr', 'firefox'],
    places: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
    apt: 'firefox-esr',
    brew: '--cask firefox',
  },
  /** The telephone company at the other end of a trunk. */
  sipp: { names: ['sipp'], places: [], apt: 'sip-tester', brew: 'sipp' },
  /** A carrier's proxy. Debian keeps it where only root looks. */
  kamailio: { names: ['kamailio'], places: ['/usr/sbin/kamailio'], apt: 'kamailio', brew: 'kamailio' },
  /** A telephone. Without its recommendations, which are windows and cameras. */
  baresip: { names: ['baresip'], places: [], apt: 'baresip-core', brew: 'baresip' },
  /** Checks docker-compose.yml where Docker itself has no compose. */
  compose: { names: ['docker-compose'], places: [], apt: 'docker-compose', brew: 'docker-compose' },
  /** The TURN server, and its client. */
  turnserver: { names: ['turnserver'], places: ['/usr/sbin/turnserver'], apt: 'coturn', brew: 'coturn' },
} as const;

export type ProgramName = keyof typeof programs;

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where the first of these names is on the PATH, or else the first of these places; undefined if nowhere. */
export function findExecutable(
  names: readonly string[],
  places: readonly string[] = [],
  path = process.env.PATH ?? '',
): string | undefined {
  const onPath = path.split(delimiter).flatMap(folder => names.map(file => join(folder, file)));
  return [...onPath, ...places].find(executable);
}

/** Where a program is on this machine, or undefined. */
export function findProgram(name: ProgramName, path?: string): string | undefined {
  return findExecutable(programs[name].names, programs[name].places, path);
}

/** Debian starts what it installs as a service, Kamailio on port 5060: not where systemd or init is told so. */
const nothingStarted = { SYSTEMD_OFFLINE: '1', RUNLEVEL: '1' };

function installCommand(missing: readonly ProgramName[]): string[][] {
  const packages = missing.map(name => programs[name].apt);
  return [
    ['apt-get', 'update'],
    ['apt-get', 'install', '-y', '--no-install-recommends', ...packages],
  ];
}

function wayOut(missing: readonly ProgramName[]): string {
  if (process.platform === 'darwin') {
    return missing.map(name => `brew install ${programs[name].brew}`).join(' && ');
  }
  return installCommand(missing)
    .map(command => `sudo ${command.join(' ')}`)
    .join(' && ');
}

/**
 * Sees that the programs are there; as root on Debian and Ubuntu it installs what is missing. Otherwise it throws a
 * SetupError with the command to run: a test that cannot run is a failure, not something to leave out.
 */
export function ensurePrograms(names: readonly ProgramName[] = Object.keys(programs) as ProgramName[]) {
  const absent = () => names.filter(name => !findProgram(name));
  const missing = absent();
  if (missing.length === 0) return;
  const canInstall =
    process.getuid?.() === 0 && spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
  if (canInstall) {
    console.log(`Installing what the tests need: ${missing.join(', ')} …`);
    for (const [command, ...args] of installCommand(missing)) {
      spawnSync(command!, args, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', ...nothingStarted },
      });
    }
  }
  const left = absent();
  if (left.length > 0) {
    throw new SetupError(
      `The tests need ${left.join(' and ')}, not found on this machine. Run: ${wayOut(left)}`,
    );
  }
}
