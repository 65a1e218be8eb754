import { freePort, portTrouble } from '../../scripts/ports.js';

/** A port of 127.0.0.1 that is free for UDP and for TCP, and so is the one after it, where programs put their TLS. */
export async function freeSipPort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    const troubles = [await portTrouble('udp', port), await portTrouble('tcp', port + 1)];
    if (troubles.every(trouble => trouble === undefined)) return port;
  }
}
