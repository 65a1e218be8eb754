/** Who is let in. */
import { defaultSipServerOptions as defaults } from '../options.js';
import type { Flag } from './flag.js';
import { countOrNone, hostName, namePiece, network, refusal } from './values.js';

export const guardFlags: readonly Flag[] = [
  {
    name: 'max-requests-per-second',
    value: 'N',
    default: String(defaults.guard.requestsPerSecond),
    help: 'requests from one source; 0: any number',
    set: ({ server }, text) => {
      server.guard.requestsPerSecond = countOrNone(text);
    },
  },
  {
    name: 'trusted',
    value: 'NETWORK',
    repeatable: true,
    otherwise: 'this machine',
    help: 'source without rate and rules',
    set: ({ server }, text) => server.guard.trusted.push(network(text)),
  },
  {
    name: 'domain',
    value: 'HOST',
    repeatable: true,
    otherwise: 'every one',
    help: 'domain that is served',
    set: ({ server }, text) => server.guard.domains.push(hostName(text)),
  },
  {
    name: 'scanner',
    value: 'TEXT',
    repeatable: true,
    otherwise: 'the known ones',
    help: 'another User-Agent that is refused',
    set: ({ server }, text) => server.guard.scanners.push(namePiece(text)),
  },
  {
    name: 'refuse-with',
    value: 'STATUS',
    otherwise: 'no answer',
    help: 'what a scanner or stranger is answered',
    set: ({ server }, text) => {
      server.guard.refusal = refusal(text);
    },
  },
];
