/** Puts the rooms together: transports under transactions under the user agent under the control port. */
import type { Logger } from 'pino';
import { ControlServer, LoggedIn } from './control/control-server.js';
import { UserAgent } from './dialog/user-agent.js';
import type { ListenAddress, SipServerOptions } from './options.js';
import { type Clock, systemClock } from './transaction/clock.js';
import { TransactionLayer } from './transaction/layer.js';
import { FlowTable } from './transport/flow-table.js';
import { Inbound } from './transport/inbound.js';
import { advertisedHost } from './transport/local-host.js';
import { type Resolver, systemResolver } from './transport/resolver.js';
import { TransportRouter } from './transport/router.js';
import type { Transport } from './transport/transport.js';
import { listenUdp } from './transport/udp.js';
import { listenWebSocket } from './transport/websocket.js';

export interface SipServer {
  control: ListenAddress;
  udp: ListenAddress[];
  ws: ListenAddress[];
  /** What is alive at the moment. */
  sizes(): UserAgent['sizes'] & { flows: number; routes: number };
  close(): Promise<void>;
}

export interface SipServerParts {
  log: Logger;
  clock?: Clock;
  resolver?: Resolver;
}

/** An address that could not be listened on; the message names it and the setting. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

async function listening<T>(
  setting: string,
  { host, port }: ListenAddress,
  listen: () => Promise<T>,
): Promise<T> {
  try {
    return await listen();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason =
      code === 'EADDRINUSE'
        ? 'the port is already in use'
        : code === 'EACCES'
          ? 'this user may not listen there'
          : message;
    throw new ListenError(`cannot listen on ${host}:${port} (--${setting}): ${reason}`);
  }
}

/** @throws ListenError */
export async function startSipServer(options: SipServerOptions, parts: SipServerParts): Promise<SipServer> {
  const { log, clock = systemClock, resolver = systemResolver } = parts;
  const flows = new FlowTable(options.maxFlows);
  const transactions = new TransactionLayer(clock, options.timers, {
    maxTransactions: options.maxTransactions,
  });
  const inbound = new Inbound(flows, options.limits, transactions, error =>
    log.error({ err: error }, 'failed over a message from the network, which is dropped'),
  );
  const router = new TransportRouter(flows, resolver);
  const transports: Transport[] = [];
  const common = {
    receiver: inbound,
    advertisedHost: (address: string) => advertisedHost(options.externalAddress, address),
    onError: (error: Error) => log.warn({ reason: error.message }, 'transport error'),
  };
  const add = (transport: Transport) => {
    transports.push(transport);
    inbound.add(transport);
    router.add(transport);
    return { host: transport.local.address, port: transport.local.port };
  };
  const closeTransports = () => Promise.all(transports.map(transport => transport.close()));

  try {
    const udp: ListenAddress[] = [];
    for (const at of options.udp) {
      udp.push(
        add(await listening('udp', at, () => listenUdp({ ...common, address: at.host, port: at.port }))),
      );
    }
    const ws: ListenAddress[] = [];
    for (const at of options.ws) {
      const webSocket = {
        ...common,
        address: at.host,
        port: at.port,
        maxConnections: options.maxFlows,
        maxMessageBytes: options.limits.maxMessageBytes,
        pingIntervalMs: options.pingIntervalMs,
      };
      ws.push(add(await listening('ws', at, () => listenWebSocket(webSocket))));
    }
    const applications = new LoggedIn();
    const userAgent = new UserAgent({
      transactions,
      router,
      flows,
      applications,
      options: options.userAgent,
    });
    const controlServer = new ControlServer(applications, userAgent, router.locals, {
      secret: Buffer.from(options.secret, 'utf8').toString('latin1'),
      maxConnections: options.maxControlConnections,
      log,
    });
    const bound = await listening('control', options.control, () =>
      controlServer.listen(options.control.host, options.control.port),
    );
    return {
      control: { host: bound.address, port: bound.port },
      udp,
      ws,
      sizes: () => ({ ...userAgent.sizes, flows: flows.size, routes: applications.routes.size }),
      close: async () => {
        userAgent.shutdown();
        transactions.close();
        await controlServer.close();
        await closeTransports();
      },
    };
  } catch (error) {
    await closeTransports();
    throw error;
  }
}
