/** SIP over TLS (RFC 3261 section 26.2), with host names verified as in RFC 5922. */
import { isIP } from 'node:net';
import { type ConnectionOptions, connect, TLSSocket } from 'node:tls';
import type { Credentials } from './credentials.js';
import { identityProblem } from './peer-identity.js';
import { type StreamKind, StreamTransport } from './stream-transport.js';
import type { Transport, TransportOptions } from './transport.js';

const tls = (credentials: Credentials): StreamKind => ({
  protocol: 'tls',
  defaultPort: 5061,
  connected: 'secureConnect',
  accepted: raw => new TLSSocket(raw, { isServer: true, secureContext: credentials.context }),
  connect: ({ address, port, domain, localAddress }) => {
    // Its type forgets `localAddress`, which goes to the socket.
    const options: ConnectionOptions & { localAddress?: string } = {
      host: address,
      port,
      localAddress,
      secureContext: credentials.context,
      // RFC 6066 section 3: a numeric address is no server name.
      servername: isIP(domain) === 0 ? domain : '',
      checkServerIdentity: (_, certificate) => identityProblem(domain, certificate),
    };
    return connect(options);
  },
});

/** @throws the bind error, with `code` */
export const listenTls = (options: TransportOptions, credentials: Credentials): Promise<Transport> =>
  StreamTransport.listen(tls(credentials), options);
