/** SIP over TCP (RFC 3261 section 18). */
import { createConnection } from 'node:net';
import { type StreamKind, StreamTransport } from './stream-transport.js';
import type { Transport, TransportOptions } from './transport.js';

const tcp: StreamKind = {
  protocol: 'tcp',
  defaultPort: 5060,
  connected: 'connect',
  accepted: raw => raw,
  connect: ({ address, port, localAddress }) => createConnection({ host: address, port, localAddress }),
};

/** @throws the bind error, with `code` */
export const listenTcp = (options: TransportOptions): Promise<Transport> =>
  StreamTransport.listen(tcp, options);
