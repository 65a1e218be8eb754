/** How to look into the server while it runs. */
import { defaultSipServerOptions as defaults } from '../options.js';
import type { Flag } from './flag.js';
import { address, count } from './values.js';

export const inspectionFlags: readonly Flag[] = [
  {
    name: 'metrics',
    value: 'HOST:PORT',
    otherwise: 'none',
    help: 'counters for Prometheus, over HTTP',
    set: ({ server }, text) => {
      server.metrics = address(text);
    },
  },
  {
    name: 'trace',
    value: 'FOLDER',
    otherwise: 'none',
    help: 'a pcap file for each call there',
    set: ({ server }, text) => {
      server.traceFolder = text;
    },
  },
  {
    name: 'trace-files',
    value: 'N',
    default: String(defaults.traceFiles),
    help: 'files kept there, the newest',
    set: ({ server }, text) => {
      server.traceFiles = count(text);
    },
  },
];
