/** The control port: connections of applications, who gets what, what each message means. */
import type { AddressInfo, Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Application, Applications } from '../dialog/application.js';
import type { UserAgent } from '../dialog/user-agent.js';
import type { SipRequest } from '../message/message.js';
import { hostPort } from '../message/uri.js';
import type { ProxyCore } from '../proxy/proxy-core.js';
import type { Clock } from '../transaction/clock.js';
import type { Credentials } from '../transport/credentials.js';
import type { LocalAddress } from '../transport/transport.js';
import { type ConnectionUser, ControlConnection } from './connection.js';
import { Door } from './door.js';
import { refusal } from './frames.js';
import { parseTags, secretMatches } from './login.js';
import { LoginLimit } from './login-limit.js';
import { type OutboundOptions, RequestHandlers } from './outbound/request-handlers.js';
import { runProxyCommand } from './proxy-command.js';
import { RouteTable } from './routes.js';
import { runSipCommand } from './sip-command.js';

/** What applications take the server for: drachtio-srf reads the three numbers to know what it may use. */
const serverVersion = 'v0.9.10-ringbridge';
const verbPattern = /^[a-z0-9\-.!%*_+`'~:]{1,64}$/i;

export interface ControlOptions {
  /** A binary string: the bytes of the configured secret. */
  secret: string;
  maxConnections: number;
  outbound: OutboundOptions;
  clock: Clock;
  log: Logger;
}

/** The applications that are logged in. Made before the user agent, which asks it who gets a request. */
export class LoggedIn implements Applications {
  readonly routes = new RouteTable<ControlConnection>();
  readonly connections = new Set<ControlConnection>();

  /** Set when some requests are for applications that the server looks for. */
  handlers: RequestHandlers | undefined;

  choose(request: SipRequest, fits: (application: Application) => boolean): Application | undefined {
    return this.handlers?.summon(request) ?? this.routes.choose(request.method.toLowerCase(), fits);
  }

  tagged(tag: string, verb: string): Application | undefined {
    return [...this.connections].find(
      connection => connection.tags.has(tag) && this.routes.has(verb, connection),
    );
  }

  flowWatcher(preferred: Application): Application | undefined {
    if (preferred.connected && preferred.watchesFlows) return preferred;
    const watchers = [...this.connections].filter(connection => connection.watchesFlows);
    return watchers.find(connection => this.routes.has('register', connection));
  }

  successor(name: string, except: ReadonlySet<Application>): Application | undefined {
    return [...this.connections].find(
      connection =>
        connection.resumeName === name && !except.has(connection) && this.routes.has('notify', connection),
    );
  }

  methods(): string[] {
    // A word with a colon is no method: it is one of the cdr events.
    const verbs = this.routes.verbs().filter(verb => !verb.includes(':'));
    return [...new Set([...verbs.map(verb => verb.toUpperCase()), ...(this.handlers?.methods ?? [])])];
  }
}

export class ControlServer implements ConnectionUser {
  readonly #doors: Door[] = [];
  readonly #loginLimit: LoginLimit;
  readonly #open = new Set<ControlConnection>();
  readonly #hostports: string;
  readonly #localHostports: string;
  /** Those that the server opened and that have not logged in: what is to be done when they do, or do not. */
  readonly #expected = new Map<ControlConnection, (loggedIn: boolean) => void>();
  #connectionCount = 0;

  constructor(
    private readonly loggedIn: LoggedIn,
    private readonly cores: { userAgent: UserAgent; proxy: ProxyCore },
    locals: readonly LocalAddress[],
    private readonly options: ControlOptions,
  ) {
    this.#hostports = locals
      .map(({ protocol, advertisedHost, port }) => `${protocol}/${hostPort(advertisedHost, port)}`)
      .join(',');
    this.#localHostports = locals
      .map(({ protocol, address, port }) => `${protocol}/${hostPort(address, port)}`)
      .join(',');
    this.#loginLimit = new LoginLimit(options.clock);
    if (options.outbound.handlers.length === 0) return;
    const { clock, log } = options;
    loggedIn.handlers = new RequestHandlers(options.outbound, {
      ...cores,
      clock,
      log,
      tagged: (tag, verb) => loggedIn.tagged(tag, verb),
      adopt: (socket, settled) => {
        const connection = this.#connection(socket);
        this.#expected.set(connection, settled);
        return connection;
      },
    });
  }

  /**
   * Opens a door; with credentials for TLS.
   * @throws the bind error, with `code`
   */
  async listen(host: string, port: number, credentials?: Credentials): Promise<AddressInfo> {
    const { maxConnections, log } = this.options;
    const entered = (socket: Socket) => this.#entered(socket);
    const door = new Door({ credentials, maxConnections, log, entered });
    const address = await door.open(host, port);
    this.#doors.push(door);
    return address;
  }

  #entered(socket: Socket): void {
    const outbound = this.loggedIn.handlers?.connections ?? 0;
    if (this.#open.size - outbound >= this.options.maxConnections) socket.destroy();
    else this.#connection(socket);
  }

  #connection(socket: Socket): ControlConnection {
    this.#connectionCount += 1;
    const log = this.options.log.child({ application: this.#connectionCount });
    const connection = new ControlConnection(socket, this, log);
    this.#open.add(connection);
    return connection;
  }

  /** Whatever is wrong with a message, or with us, there is one answer to it. */
  received(connection: ControlConnection, payload: string): void {
    const id = payload.slice(0, Math.max(payload.search(/[|\r\n]/), 0));
    try {
      this.#run(connection, payload);
    } catch (error) {
      // Our own fault; the messages behind this one go on.
      connection.log.error({ err: error }, 'failed over a message of an application');
      connection.respond(id, refusal({ reason: `Server error: ${(error as Error).message}` }));
    }
  }

  #run(connection: ControlConnection, payload: string): void {
    const lineEnd = payload.indexOf('\r\n');
    const fields = (lineEnd < 0 ? payload : payload.slice(0, lineEnd)).split('|');
    const [id = '', command, first = '', second = ''] = fields;
    if (command === undefined || /[\r\n]/.test(id)) {
      connection.refuse('', 'Invalid message format');
      return;
    }
    if (command === 'authenticate') {
      this.#authenticate(connection, id, first, second);
      return;
    }
    if (!connection.authenticated) {
      connection.refuse(id, 'authenticate first');
      return;
    }
    switch (command) {
      case 'ping':
        connection.respond(id, 'OK|pong');
        return;
      case 'route':
      case 'remove_route':
        this.#route(connection, id, command, first);
        return;
      case 'proxy':
      case 'sip':
        this.#message(connection, id, fields, lineEnd < 0 ? '' : payload.slice(lineEnd + 2));
        return;
      default:
        connection.refuse(id, 'Unknown message type');
        return;
    }
  }

  #authenticate(connection: ControlConnection, id: string, secret: string, tags: string): void {
    const { source } = connection;
    if (!this.#loginLimit.allows(source)) {
      connection.log.warn({ source }, 'login refused: too many wrong secrets');
      connection.refuse(id, 'too many wrong secrets, try again later');
      return;
    }
    if (!secretMatches(secret, this.options.secret)) {
      this.#loginLimit.failed(source);
      connection.log.warn('login refused: incorrect secret');
      connection.refuse(id, 'incorrect secret');
      return;
    }
    connection.accept(parseTags(tags));
    this.loggedIn.connections.add(connection);
    connection.log.info({ tags: [...connection.tags] }, 'application logged in');
    connection.respond(id, `OK|${this.#hostports}|${serverVersion}|${this.#localHostports}`);
    this.#settle(connection, true);
  }

  #route(connection: ControlConnection, id: string, command: 'route' | 'remove_route', verb: string): void {
    if (!verbPattern.test(verb)) {
      connection.refuse(id, 'Invalid verb');
      return;
    }
    if (command === 'remove_route') this.loggedIn.routes.remove(verb, connection);
    else if (!this.loggedIn.routes.add(verb, connection)) {
      connection.refuse(id, 'Too many routes');
      return;
    }
    connection.respond(id, 'OK');
    if (command === 'route' && verb.toLowerCase() === 'notify') this.cores.userAgent.attends(connection);
  }

  #message(connection: ControlConnection, id: string, fields: string[], text: string): void {
    const refused =
      fields[1] === 'proxy'
        ? this.#proxy(connection, id, fields, text)
        : this.#sip(connection, id, fields, text);
    if (refused !== undefined) connection.refuse(id, refused);
  }

  /** Returns why it is no such message. */
  #sip(connection: ControlConnection, id: string, fields: string[], text: string): string | undefined {
    if (fields.length < 4) return 'Invalid message format';
    const [, , transactionId = '', dialogId = '', route = ''] = fields;
    const command = { transactionId, dialogId, route, text };
    const outcome = runSipCommand(this.cores.userAgent, connection, command);
    if ('refused' in outcome) return outcome.refused;
    connection.respond(id, outcome.result);
    return undefined;
  }

  #proxy(connection: ControlConnection, id: string, fields: string[], text: string): string | undefined {
    return runProxyCommand(this.cores.proxy, fields.slice(2), text, result => connection.respond(id, result));
  }

  #settle(connection: ControlConnection, loggedIn: boolean): void {
    const settled = this.#expected.get(connection);
    this.#expected.delete(connection);
    settled?.(loggedIn);
  }

  closed(connection: ControlConnection): void {
    this.#open.delete(connection);
    this.loggedIn.handlers?.forget(connection);
  }

  left(connection: ControlConnection): void {
    this.#settle(connection, false);
    this.loggedIn.routes.removeAll(connection);
    if (!this.loggedIn.connections.delete(connection)) return;
    connection.log.info('application is gone');
    this.cores.userAgent.left(connection);
  }

  /** What is still to be told to applications is. */
  async close(): Promise<void> {
    this.loggedIn.handlers?.close();
    for (const connection of this.#open) connection.close();
    await Promise.all(this.#doors.map(door => door.close()));
  }
}
