import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Why a port cannot be listened on (EADDRINUSE, EACCES, EADDRNOTAVAIL), or undefined when it can. */
export async function portTrouble(
  protocol: 'tcp' | 'udp',
  port: number,
  host = '127.0.0.1',
): Promise<string | undefined> {
  const listener =
    protocol === 'tcp' ? createServer() : createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' });
  try {
    if ('bind' in listener) listener.bind({ port, address: host, exclusive: true });
    else listener.listen(port, host);
    await once(listener, 'listening');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    listener.close();
  }
}

/** A TCP port that was free a moment ago. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
