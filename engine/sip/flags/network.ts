/** How SIP peers reach the server, and it them. */
import { defaultSipServerOptions as defaults } from '../options.js';
import type { Flag } from './flag.js';
import { hostName, listener, numericAddress, seconds } from './values.js';

export const networkFlags: readonly Flag[] = [
  {
    name: 'udp',
    value: 'HOST:PORT',
    repeatable: true,
    default: '127.0.0.1:5060',
    help: 'SIP over UDP',
    set: ({ server }, text) => server.udp.push(listener(text)),
  },
  {
    name: 'tcp',
    value: 'HOST:PORT',
    repeatable: true,
    help: 'SIP over TCP',
    set: ({ server }, text) => server.tcp.push(listener(text)),
  },
  {
    name: 'tls',
    value: 'HOST:PORT',
    repeatable: true,
    help: 'SIP over TLS',
    set: ({ server }, text) => server.tls.push(listener(text)),
  },
  {
    name: 'ws',
    value: 'HOST:PORT',
    repeatable: true,
    default: '127.0.0.1:5062',
    help: 'SIP over WebSocket',
    set: ({ server }, text) => server.ws.push(listener(text)),
  },
  {
    name: 'wss',
    value: 'HOST:PORT',
    repeatable: true,
    help: 'SIP over WebSocket over TLS',
    set: ({ server }, text) => server.wss.push(listener(text)),
  },
  {
    name: 'tls-cert',
    value: 'FILE',
    help: 'our certificate chain, PEM; read again on SIGHUP',
    set: (settings, text) => {
      settings.tlsFiles.certificate = text;
    },
  },
  {
    name: 'tls-key',
    value: 'FILE',
    help: 'its private key, PEM',
    set: (settings, text) => {
      settings.tlsFiles.key = text;
    },
  },
  {
    name: 'tls-ca',
    value: 'FILE',
    help: 'authorities trusted besides the public ones, PEM',
    set: (settings, text) => {
      settings.tlsFiles.authorities = text;
    },
  },
  {
    name: 'external-address',
    value: 'HOST',
    otherwise: 'the bound one',
    help: 'what peers are told as our address',
    set: ({ server }, text) => {
      server.externalAddress = hostName(text);
    },
  },
  {
    name: 'dns-server',
    value: 'HOST:PORT',
    otherwise: "the machine's own",
    help: 'the name server that is asked',
    set: ({ server }, text) => {
      server.dnsServer = numericAddress(text);
    },
  },
  {
    name: 'target-timeout',
    value: 'SECONDS',
    default: String(defaults.userAgent.targetMs / 1_000),
    help: 'silence of one of several targets before the next',
    set: ({ server }, text) => {
      server.userAgent.targetMs = seconds(text);
    },
  },
];
