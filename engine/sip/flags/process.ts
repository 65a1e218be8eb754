/** The process itself. */
import type { Flag } from './flag.js';
import { logLevel } from './values.js';

export const processFlags: readonly Flag[] = [
  {
    name: 'log-level',
    value: 'LEVEL',
    default: 'info',
    help: 'trace, debug, info, warn, error',
    set: (settings, text) => {
      settings.logLevel = logLevel(text);
    },
  },
  {
    name: 'ringing',
    value: 'FILE',
    otherwise: 'none',
    help: 'notes what rings there: after a kill the next run cancels it',
    set: ({ server }, text) => {
      server.ringingFile = text;
    },
  },
  {
    name: 'exit-with-parent',
    help: 'end when standard input closes',
    set: settings => {
      settings.exitWithParent = true;
    },
  },
  {
    name: 'help',
    help: 'this',
    set: settings => {
      settings.help = true;
    },
  },
];
