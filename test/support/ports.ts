/** Ports for servers that a test starts later, or starts again: nobody else is given them meanwhile. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { portTrouble } from '../../scripts/ports.js';

/**
 * Below those that the kernel gives out to whoever asks for any, and apart from those that tests use for audio. Even ones are
 * given, each with the odd one after it.
 */
const ports = { first: 7_000, last: 9_998 };

/** Whoever listens on the TCP port so far above it has the port, for both protocols. */
const tokenAbove = 10_000;

/** A port of 127.0.0.1 that is this process's as long as it lives, whether it is listened on or not. */
export function ownPort(protocol: 'udp' | 'tcp'): Promise<number> {
  return own(port => isFree(protocol, port));
}

/** One for UDP and for TCP, and the one after it, where programs put their TLS. */
export function ownSipPort(): Promise<number> {
  return own(
    async port =>
      (await isFree('udp', port)) && (await isFree('tcp', port)) && (await isFree('tcp', port + 1)),
  );
}

async function own(fits: (port: number) => Promise<boolean>): Promise<number> {
  for (;;) {
    const port = ports.first + 2 * randomInt((ports.last - ports.first) / 2 + 1);
    const token = await hold(port + tokenAbove);
    if (!token) continue;
    if (await fits(port)) return port;
    token.close();
  }
}

async function isFree(protocol: 'udp' | 'tcp', port: number): Promise<boolean> {
  return (await portTrouble(protocol, port)) === undefined;
}

/** Listens on it until the process ends. Undefined: somebody else does. */
async function hold(port: number): Promise<Server | undefined> {
  const holder = createServer();
  const held = once(holder, 'listening').then(
    () => true,
    () => false,
  );
  holder.listen({ port, host: '127.0.0.1', exclusive: true });
  if (!(await held)) return undefined;
  return holder.unref();
}
