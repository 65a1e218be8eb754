/** How applications reach the server. */
import { parseRequestHandler } from '../control/outbound/request-handler.js';
import type { Flag } from './flag.js';
import { address, pem } from './values.js';

export const controlFlags: readonly Flag[] = [
  {
    name: 'control',
    value: 'HOST:PORT',
    default: '127.0.0.1:9022',
    help: 'control port for applications',
    set: ({ server }, text) => {
      server.control = address(text);
    },
  },
  {
    name: 'control-tls',
    value: 'HOST:PORT',
    otherwise: 'none',
    help: 'the same over TLS',
    set: ({ server }, text) => {
      server.controlTls = address(text);
    },
  },
  {
    name: 'control-tls-cert',
    value: 'FILE',
    help: 'its certificate with the chain, PEM; read again on SIGHUP',
    set: ({ controlTlsFiles }, text) => {
      controlTlsFiles.certificate = text;
    },
  },
  {
    name: 'control-tls-key',
    value: 'FILE',
    help: 'the key of the certificate, PEM',
    set: ({ controlTlsFiles }, text) => {
      controlTlsFiles.key = text;
    },
  },
  {
    name: 'cdrs',
    help: 'tell applications of each call by cdr events',
    set: ({ server }) => {
      server.recordCalls = true;
    },
  },
  {
    name: 'request-handler',
    value: 'METHOD=URL',
    repeatable: true,
    help: 'connect to an application for a request, or ask by HTTP',
    set: ({ server }, text) => server.outbound.handlers.push(parseRequestHandler(text)),
  },
  {
    name: 'request-handler-ca',
    value: 'FILE',
    otherwise: 'public ones',
    help: 'authorities of request handlers, PEM',
    set: ({ server }, text) => {
      server.outbound.authorities = [pem(text)];
    },
  },
];
