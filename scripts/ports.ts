import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

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

/**
 * Below those that systems give to whoever wants any port (Linux from 32768, others from 49152): what is chosen here is
 * not given to somebody else before it is taken. And below those that audio has by default (`rtpPortFirst`), and those by
 * which tests hold theirs (test/support/ports.ts).
 */
const chosen = { first: 10_240, beyond: 17_000 };

/** A TCP port of our choice, held. */
async function heldPort(host: string): Promise<Server> {
  for (;;) {
    const server = createServer();
    try {
      await once(server.listen(randomInt(chosen.first, chosen.beyond), host), 'listening');
      return server;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

/** TCP ports that were free a moment ago, each another: they are all held before one is let go. */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => heldPort(host)));
  const ports = servers.map(server => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  await Promise.all(servers.map(server => once(server, 'close')));
  return ports;
}

/** A TCP port that was free a moment ago. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const [port] = await freePorts(1, host);
  return port as number;
}
