/** How much there may be, and how long. */
import { defaultSipServerOptions as defaults } from '../options.js';
import type { Flag } from './flag.js';
import { count, seconds } from './values.js';

export const limitFlags: readonly Flag[] = [
  {
    name: 'orphan-grace',
    value: 'SECONDS',
    default: String(defaults.userAgent.orphanGraceMs / 1_000),
    help: 'how long calls outlive their application',
    set: ({ server }, text) => {
      server.userAgent.orphanGraceMs = seconds(text);
    },
  },
  {
    name: 'max-waiting',
    value: 'N',
    default: String(defaults.userAgent.maxWaiting),
    help: 'requests one application may leave unanswered at once',
    set: ({ server }, text) => {
      server.userAgent.maxWaiting = count(text);
    },
  },
  {
    name: 'drain',
    value: 'SECONDS',
    default: String(defaults.drainMs / 1_000),
    help: 'how long to wait for answers when asked to end',
    set: ({ server }, text) => {
      server.drainMs = seconds(text);
    },
  },
  {
    name: 'max-dialogs',
    value: 'N',
    default: String(defaults.userAgent.maxDialogs),
    help: 'calls at once',
    set: ({ server }, text) => {
      server.userAgent.maxDialogs = count(text);
    },
  },
  {
    name: 'max-proxied',
    value: 'N',
    default: String(defaults.proxy.maxProxied),
    help: 'requests being forwarded at once',
    set: ({ server }, text) => {
      server.proxy.maxProxied = count(text);
    },
  },
  {
    name: 'max-transactions',
    value: 'N',
    default: String(defaults.maxTransactions),
    help: 'SIP transactions at once',
    set: ({ server }, text) => {
      server.maxTransactions = count(text);
    },
  },
  {
    name: 'max-connections',
    value: 'N',
    default: String(defaults.maxFlows),
    help: 'SIP connections at once',
    set: ({ server }, text) => {
      server.maxFlows = count(text);
    },
  },
  {
    name: 'max-connections-per-source',
    value: 'N',
    default: String(defaults.connections.maxPerSource),
    help: 'of them TCP, TLS and WSS ones from one address',
    set: ({ server }, text) => {
      server.connections.maxPerSource = count(text);
    },
  },
  {
    name: 'connect-timeout',
    value: 'SECONDS',
    default: String(defaults.connections.connectTimeoutMs / 1_000),
    help: 'for a TCP or TLS connection of ours to be made',
    set: ({ server }, text) => {
      server.connections.connectTimeoutMs = seconds(text);
    },
  },
  {
    name: 'message-timeout',
    value: 'SECONDS',
    default: String(defaults.connections.messageTimeoutMs / 1_000),
    help: 'for a message over TCP or TLS to become complete',
    set: ({ server }, text) => {
      server.connections.messageTimeoutMs = seconds(text);
    },
  },
  {
    name: 'idle-timeout',
    value: 'SECONDS',
    default: String(defaults.connections.idleTimeoutMs / 1_000),
    help: 'after which a silent TCP or TLS connection is closed',
    set: ({ server }, text) => {
      server.connections.idleTimeoutMs = seconds(text);
    },
  },
];
