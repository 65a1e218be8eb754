/** The wire between the gateway and the SIP server, to be cut. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export interface ControlWire {
  port: number;
  /** Cuts every connection; new ones are let through again. */
  cut(): void;
}

export async function controlWire(t: Teardown, target: { host: string; port: number }): Promise<ControlWire> {
  const sockets = new Set<Socket>();
  const hold = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
    // The other end hears of it by the close.
    socket.on('error', () => socket.destroy());
  };
  const server = createServer(near => {
    const far = connect(target.port, target.host);
    hold(near, far);
    hold(far, near);
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  t.teardown(() => {
    cut();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, cut };
}
