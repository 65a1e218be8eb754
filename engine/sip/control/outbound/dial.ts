import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { hostPort } from '../../message/uri.js';
import type { Clock } from '../../transaction/clock.js';
import type { Listener } from './request-handler.js';

export interface DialLimits {
  clock: Clock;
  connectMs: number;
  authorities?: string[];
  signal: AbortSignal;
}

/** Connects to an application that listens, over TLS to one that proves who it is. @throws Error */
export async function dial({ host, port, secure }: Listener, limits: DialLimits): Promise<Socket> {
  const { clock, connectMs, authorities: ca, signal } = limits;
  signal.throwIfAborted();
  const socket = secure ? connectTls({ host, port, ca, minVersion: 'TLSv1.2' }) : connectTcp({ host, port });
  const timer = clock.after(connectMs, () =>
    socket.destroy(new Error(`${hostPort(host, port)} could not be connected to in time`)),
  );
  try {
    await once(socket, secure ? 'secureConnect' : 'connect', { signal });
    return socket;
  } catch (error) {
    socket.on('error', () => undefined).destroy();
    throw error;
  } finally {
    clock.cancel(timer);
  }
}
