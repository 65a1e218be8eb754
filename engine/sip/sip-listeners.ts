/** Every address that is listened on for SIP, of every protocol. */
import type { Logger } from 'pino';
import { listening } from './listen-error.js';
import type { Listeners, SipServerOptions } from './options.js';
import type { Clock } from './transaction/clock.js';
import type { Credentials } from './transport/credentials.js';
import { advertisedHost } from './transport/local-host.js';
import { SourceCounts } from './transport/source-counts.js';
import { listenTcp } from './transport/tcp.js';
import { listenTls } from './transport/tls.js';
import {
  type Protocol,
  protocols,
  type Receiver,
  type Transport,
  type TransportOptions,
} from './transport/transport.js';
import { listenUdp } from './transport/udp.js';
import { listenWebSocket } from './transport/websocket.js';

export interface SipListeners {
  bound: Listeners;
  close(): Promise<void>;
}

export interface SipListenerParts {
  receiver: Receiver;
  clock: Clock;
  log: Logger;
  /** Needed for TLS and WSS. */
  credentials: Credentials | undefined;
  /** Called for each, as soon as it is open. */
  opened(transport: Transport): void;
}

type Listen = (options: TransportOptions) => Promise<Transport>;

function listenWith(credentials: Credentials | undefined): Record<Protocol, Listen> {
  const secure = (): Credentials => {
    if (credentials === undefined) throw new Error('there is no certificate');
    return credentials;
  };
  return {
    udp: listenUdp,
    tcp: listenTcp,
    tls: async at => listenTls(at, secure()),
    ws: at => listenWebSocket(at),
    wss: async at => listenWebSocket(at, secure()),
  };
}

/** All of them, or none. @throws ListenError */
export async function listenForSip(
  options: SipServerOptions,
  { receiver, clock, log, opened, credentials }: SipListenerParts,
): Promise<SipListeners> {
  const listen = listenWith(credentials);
  const common = {
    receiver,
    clock,
    limits: options.connections,
    sources: new SourceCounts(options.connections.maxPerSource),
    maxConnections: options.maxFlows,
    maxMessageBytes: options.limits.maxMessageBytes,
    pingIntervalMs: options.pingIntervalMs,
    onError: (error: Error) => log.warn({ reason: error.message }, 'transport error'),
  };
  const transports: Transport[] = [];
  const bound: Listeners = { udp: [], tcp: [], tls: [], ws: [], wss: [] };
  const close = async () => {
    await Promise.all(transports.map(transport => transport.close()));
  };
  try {
    for (const protocol of protocols) {
      for (const at of options[protocol]) {
        const { host, port, externalHost = options.externalAddress } = at;
        const told = (address: string) => advertisedHost(externalHost, address);
        const transport = await listening(protocol, at, () =>
          listen[protocol]({ ...common, address: host, port, advertisedHost: told }),
        );
        transports.push(transport);
        bound[protocol].push({ host: transport.local.address, port: transport.local.port });
        opened(transport);
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { bound, close };
}
