import { randomInt } from 'node:crypto';
import { portTrouble } from '../../scripts/ports.js';

/** Below those that the kernel gives out, and apart from those that tests hold: nobody takes one before the program does. */
const ports = { first: 5_200, last: 5_999 };

/** A port of 127.0.0.1 that is free for UDP and for TCP, and so is the one after it, where programs put their TLS. */
export async function freeSipPort(): Promise<number> {
  for (;;) {
    const port = randomInt(ports.first, ports.last);
    const troubles = [
      await portTrouble('udp', port),
      await portTrouble('tcp', port),
      await portTrouble('tcp', port + 1),
    ];
    if (troubles.every(trouble => trouble === undefined)) return port;
  }
}
