/** Ports for servers that a test starts later, or starts again: nobody else is given them meanwhile. */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { portTrouble } from '../../scripts/ports.js';

/** Below those that the kernel gives out to whoever asks for any, and apart from those that tests use for audio. */
const ports = { first: 7_000, last: 9_999 };

/** The other protocol: a server that listens on both has to take its ports from the kernel. */
const tokenOf = { udp: 'tcp', tcp: 'udp' } as const;

/**
 * A port of 127.0.0.1 that is this process's as long as it lives: whoever holds the port of the same number of the other
 * protocol has it, whether it is listened on or not.
 */
export async function ownPort(protocol: 'udp' | 'tcp'): Promise<number> {
  for (;;) {
    const port = randomInt(ports.first, ports.last + 1);
    if (!(await hold(tokenOf[protocol], port))) continue;
    if ((await portTrouble(protocol, port)) === undefined) return port;
  }
}

/** Listens on it until the process ends. False: somebody else does. */
async function hold(protocol: 'udp' | 'tcp', port: number): Promise<boolean> {
  const holder = protocol === 'tcp' ? createServer() : createSocket('udp4');
  const held = once(holder, 'listening').then(
    () => true,
    () => false,
  );
  if ('bind' in holder) holder.bind({ port, address: '127.0.0.1', exclusive: true });
  else holder.listen({ port, host: '127.0.0.1', exclusive: true });
  if (!(await held)) return false;
  holder.unref();
  return true;
}
