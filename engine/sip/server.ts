/** Puts the rooms together: transports under transactions under user agent and proxy under the control port. */
import { createHmac } from 'node:crypto';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { readCertificates } from './certificates.js';
import { CallRecords } from './control/call-records.js';
import { ControlServer, LoggedIn } from './control/control-server.js';
import { Sender } from './dialog/client/sender.js';
import { UserAgent } from './dialog/user-agent.js';
import { Guard } from './guard/guard.js';
import { RingingJournal } from './journal/ringing-journal.js';
import { ListenError, listening } from './listen-error.js';
import { listenMetrics } from './metrics/listener.js';
import { metricsOf } from './metrics/metrics.js';
import { Traffic } from './metrics/traffic.js';
import type { ListenAddress, Listeners, SipServerOptions } from './options.js';
import { ProxyCore } from './proxy/proxy-core.js';
import { listenForSip } from './sip-listeners.js';
import { CallTrace } from './trace/call-trace.js';
import { traceObserver } from './trace/trace-observer.js';
import { type Clock, systemClock } from './transaction/clock.js';
import { TransactionLayer } from './transaction/layer.js';
import { CachedResolver } from './transport/cached-resolver.js';
import type { Credentials } from './transport/credentials.js';
import { FailedTargets } from './transport/failed-targets.js';
import { FlowTable } from './transport/flow-table.js';
import { Inbound } from './transport/inbound.js';
import { Locator } from './transport/locator.js';
import type { Resolver } from './transport/resolver.js';
import { TransportRouter } from './transport/router.js';
import { systemResolver } from './transport/system-resolver.js';

/** With the addresses that it listens on. */
export interface SipServer extends Listeners {
  control: ListenAddress;
  controlTls?: ListenAddress;
  metrics?: ListenAddress;
  /** What is alive at the moment. */
  sizes(): UserAgent['sizes'] & { proxied: number; flows: number; routes: number };
  /**
   * Says goodbye (BYE, CANCEL, 503), takes nothing new, and resolves when all have answered, or `drainMs` have passed.
   * To be followed by `close`.
   */
  drain(): Promise<void>;
  /** Reads the certificate files again. @throws when one of them is wrong; then the old ones stay */
  reloadCertificates(): void;
  close(): Promise<void>;
}

export interface SipServerParts {
  log: Logger;
  clock?: Clock;
  resolver?: Resolver;
}

/** @throws ListenError */
export async function startSipServer(options: SipServerOptions, parts: SipServerParts): Promise<SipServer> {
  const { log, clock = systemClock } = parts;
  const resolver = parts.resolver ?? systemResolver(options.dnsServer);
  const flows = new FlowTable(options.maxFlows);
  const transactions = new TransactionLayer(clock, options.timers, {
    maxTransactions: options.maxTransactions,
  });
  const router = new TransportRouter(
    flows,
    new Locator(new CachedResolver(resolver, clock)),
    new FailedTargets(clock),
  );
  const own = (host: string) =>
    router.locals.some(
      ({ address, advertisedHost }) => host === address || host === advertisedHost.toLowerCase(),
    );
  const guard = new Guard(options.guard, clock, own);
  const traffic = new Traffic();
  const certificates = readCertificates(options);
  const trace = await openTrace(options, log);
  const journal = openJournal(options, log);
  const inbound = new Inbound({
    flows,
    limits: options.limits,
    receiver: transactions,
    admission: guard,
    observers: trace === undefined ? [traffic] : [traffic, traceObserver(trace)],
    failed: error => log.error({ err: error }, 'failed over a message from the network, which is dropped'),
  });
  const listeners = await listenForSip(options, {
    ...{ receiver: inbound, clock, log, credentials: certificates.sip },
    opened: transport => {
      inbound.add(transport);
      router.add(transport);
    },
  });

  try {
    const applications = new LoggedIn();
    const calls = options.recordCalls ? new CallRecords(applications.routes) : undefined;
    const userAgent = new UserAgent({
      transactions,
      router,
      flows,
      applications,
      options: options.userAgent,
      calls,
      journal,
    });
    const proxy = new ProxyCore({
      transactions,
      router,
      flows,
      userAgent,
      sender: new Sender(transactions, options.userAgent.targetMs),
      options: options.proxy,
      calls,
      // The same after a restart, so that the calls that go on are known again.
      key: createHmac('sha256', options.secret).update('record-route').digest(),
    });
    transactions.user = proxy;
    const controlServer = new ControlServer(applications, { userAgent, proxy }, router.locals, {
      secret: Buffer.from(options.secret, 'utf8').toString('latin1'),
      maxConnections: options.maxControlConnections,
      outbound: options.outbound,
      clock,
      log,
    });
    const doors = await openDoors(controlServer, options, certificates.control);
    const sizes = () => ({
      ...userAgent.sizes,
      proxied: proxy.size,
      flows: flows.size,
      routes: applications.routes.size,
    });
    const metrics = metricsOf({
      traffic: () => traffic.counts(),
      inbound: () => inbound.counters,
      refused: () => guard.refused,
      transactions: () => transactions.counters,
      sizes,
    });
    const metricsDoor = await openMetrics(metrics, options, () => controlServer.close());
    if (journal !== undefined) userAgent.recall(journal);
    return {
      ...listeners.bound,
      ...doors,
      ...(metricsDoor && { metrics: { host: metricsDoor.address.address, port: metricsDoor.address.port } }),
      sizes,
      drain: () => {
        proxy.shutdown();
        userAgent.shutdown();
        return transactions.answered(options.drainMs);
      },
      reloadCertificates: certificates.reload,
      close: async () => {
        proxy.shutdown();
        userAgent.shutdown();
        userAgent.giveUp();
        transactions.close();
        await controlServer.close();
        await metricsDoor?.close();
        await listeners.close();
        await trace?.close();
        journal?.close();
      },
    };
  } catch (error) {
    await listeners.close();
    throw error;
  }
}

/** @throws ListenError */
async function openTrace(options: SipServerOptions, log: Logger): Promise<CallTrace | undefined> {
  const { traceFolder: folder, traceFiles: maxFiles } = options;
  if (folder === undefined) return undefined;
  const failed = (error: Error) => log.error({ reason: error.message }, 'a trace cannot be written');
  try {
    return await CallTrace.open({ folder, maxFiles }, { failed });
  } catch (error) {
    throw new ListenError(`cannot write traces to ${folder} (--trace): ${(error as Error).message}`);
  }
}

/** @throws ListenError */
function openJournal({ ringingFile: path }: SipServerOptions, log: Logger): RingingJournal | undefined {
  if (path === undefined) return undefined;
  const failed = (error: Error) => log.error({ reason: error.message }, 'what rings cannot be noted');
  try {
    return new RingingJournal(path, { failed });
  } catch (error) {
    throw new ListenError(`cannot note what rings in ${path} (--ringing): ${(error as Error).message}`);
  }
}

/** @throws ListenError, after what was open before is closed by `undo` */
async function openMetrics(registry: Registry, { metrics: at }: SipServerOptions, undo: () => Promise<void>) {
  if (at === undefined) return undefined;
  try {
    return await listening('metrics', at, () => listenMetrics(registry, at.host, at.port));
  } catch (error) {
    await undo();
    throw error;
  }
}

type Doors = Pick<SipServer, 'control' | 'controlTls'>;

/** All or none. @throws ListenError */
async function openDoors(
  server: ControlServer,
  { control, controlTls }: SipServerOptions,
  credentials: Credentials | undefined,
): Promise<Doors> {
  const open = async (flag: string, at: ListenAddress, secured?: Credentials): Promise<ListenAddress> => {
    const { address, port } = await listening(flag, at, () => server.listen(at.host, at.port, secured));
    return { host: address, port };
  };
  try {
    const doors: Doors = { control: await open('control', control) };
    if (controlTls !== undefined) doors.controlTls = await open('control-tls', controlTls, credentials);
    return doors;
  } catch (error) {
    await server.close();
    throw error;
  }
}
