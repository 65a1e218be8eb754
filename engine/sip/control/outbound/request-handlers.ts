/**
 * New requests for which the server looks for the application itself: it connects to one that listens (`srf.listen`), or
 * asks by HTTP what is to be done. Every way to fail has its answer at once: 480 when there is no application, 500 when
 * the handler does not say what is wanted.
 */
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Application } from '../../dialog/application.js';
import type { UserAgent } from '../../dialog/user-agent.js';
import type { SipRequest } from '../../message/message.js';
import type { Template } from '../../message/template.js';
import type { ProxyCore } from '../../proxy/proxy-core.js';
import type { Clock } from '../../transaction/clock.js';
import type { ControlConnection } from '../connection.js';
import { duration } from '../proxy-command.js';
import { dial } from './dial.js';
import { askByHttp, query } from './http-question.js';
import { type Instruction, listed, parseInstruction } from './instruction.js';
import { type Listener, parseListener, type RequestHandler } from './request-handler.js';
import { Summons } from './summons.js';

export interface OutboundOptions {
  handlers: RequestHandler[];
  /** Trusted for tls:// and https://; undefined: those that Node trusts. PEM. */
  authorities?: string[];
  /** Connections of the server's own to applications at once, and requests that wait for one. */
  maxConnections: number;
  maxPending: number;
  connectMs: number;
  /** For the whole HTTP question. */
  questionMs: number;
  loginMs: number;
}

/** The control room, as far as it is needed here. */
export interface OutboundParts {
  userAgent: UserAgent;
  proxy: ProxyCore;
  clock: Clock;
  log: Logger;
  /** An inbound connection that has the tag and a route for the method. */
  tagged(tag: string, method: string): Application | undefined;
  /** Speaks the control protocol over the socket. `settled` is called once: with true after the login. */
  adopt(socket: Socket, settled: (loggedIn: boolean) => void): ControlConnection;
}

const noFields: Template = { startLine: '', fields: [], body: '' };
const overloaded: Application = {
  connected: true,
  watchesFlows: false,
  congested: true,
  resumeName: undefined,
  deliver: () => undefined,
};

export class RequestHandlers {
  readonly #byMethod: Map<string, RequestHandler>;
  readonly #pending = new Set<Summons>();
  readonly #connections = new Set<ControlConnection>();

  constructor(
    private readonly options: OutboundOptions,
    private readonly parts: OutboundParts,
  ) {
    this.#byMethod = new Map(options.handlers.map(handler => [handler.method, handler]));
  }

  /** Connections of the server's own. */
  get connections(): number {
    return this.#connections.size;
  }

  /** The methods that have a handler of their own, upper case. */
  get methods(): string[] {
    return [...this.#byMethod.keys()].filter(method => method !== '*');
  }

  /** Who takes a request until its application is found; undefined when no handler is for it. */
  summon(request: SipRequest): Application | undefined {
    const handler = this.#byMethod.get(request.method) ?? this.#byMethod.get('*');
    if (handler === undefined) return undefined;
    const { maxPending, maxConnections } = this.options;
    if (this.#pending.size >= maxPending || this.#connections.size >= maxConnections) return overloaded;
    return new Summons(request, summons => this.#begin(summons, handler));
  }

  forget(connection: ControlConnection): void {
    this.#connections.delete(connection);
  }

  close(): void {
    for (const summons of this.#pending) summons.end();
  }

  #begin(summons: Summons, handler: RequestHandler): void {
    this.#pending.add(summons);
    const found =
      handler.kind === 'direct' ? this.#connect(summons, handler.listener) : this.#ask(summons, handler);
    found
      .catch((error: Error) => {
        if (summons.signal.aborted) return;
        this.parts.log.warn({ reason: error.message }, 'no application for a request');
        this.#answer(summons, error instanceof NoInstruction ? 500 : 480);
      })
      .finally(() => this.#pending.delete(summons));
  }

  async #ask(summons: Summons, { url, verb }: Extract<RequestHandler, { kind: 'http' }>): Promise<void> {
    const { connectMs, questionMs: totalMs, authorities } = this.options;
    const { request, flow, signal } = summons;
    const post = verb === 'POST' ? request.delivered() : undefined;
    const limits = { clock: this.parts.clock, connectMs, totalMs, authorities, signal };
    let instruction: Instruction;
    try {
      instruction = parseInstruction(await askByHttp(`${url}/?${query(request, flow)}`, post, limits));
    } catch (error) {
      throw new NoInstruction((error as Error).message);
    }
    await this.#carryOut(summons, instruction);
  }

  async #carryOut(summons: Summons, instruction: Instruction): Promise<void> {
    const { action, data } = instruction;
    if (action === 'reject') this.#answer(summons, data.status, data.reason);
    else if (action === 'redirect') this.#redirect(summons, listed(data.contact));
    else if (action === 'proxy') this.#proxy(summons, data);
    else if ('uri' in data) {
      const listener = parseListener(data.uri);
      if (listener === undefined) throw new NoInstruction(`no host:port to connect to: ${data.uri}`);
      await this.#connect(summons, listener);
    } else {
      const application = this.parts.tagged(data.tag, summons.request.method.toLowerCase());
      if (application === undefined) throw new Error(`nobody has the tag ${data.tag} and a route`);
      this.parts.userAgent.hand(summons.transactionId, application);
    }
  }

  #redirect(summons: Summons, contacts: string[]): void {
    const value = contacts.map(contact => (contact.includes('<') ? contact : `<${contact}>`)).join(', ');
    const fields = [{ id: 'contact', name: 'Contact', value: binary(value) }];
    this.#answer(summons, 302, 'Moved', { ...noFields, fields });
  }

  #proxy(summons: Summons, data: Extract<Instruction, { action: 'proxy' }>['data']): void {
    const refused = this.parts.proxy.forward(
      {
        transactionId: summons.transactionId,
        destinations: listed(data.destination).map(uri => (/^sips?:/i.test(uri) ? uri : `sip:${uri}`)),
        recordRoute: data.recordRoute ?? false,
        recurse: data.followRedirects ?? true,
        parallel: data.simultaneous ?? false,
        provisionalMs: duration(data.provisionalTimeout ?? ''),
        finalMs: duration(data.finalTimeout ?? ''),
        fields: [],
      },
      { response: () => undefined, done: () => undefined },
    );
    if (refused !== undefined) this.parts.log.info({ reason: refused }, 'request not forwarded');
  }

  /** Resolves when the application has the request; it speaks first, by logging in. */
  async #connect(summons: Summons, listener: Listener): Promise<void> {
    const { connectMs, loginMs, authorities } = this.options;
    const { clock, userAgent, adopt } = this.parts;
    const { signal, transactionId } = summons;
    const socket = await dial(listener, { clock, connectMs, authorities, signal });
    await new Promise<void>((resolve, reject) => {
      const connection = adopt(socket, loggedIn => {
        clock.cancel(timer);
        signal.removeEventListener('abort', cancelled);
        if (!loggedIn) reject(new Error('the application did not log in'));
        // The answer to its login goes out first.
        else if (!userAgent.hand(transactionId, connection)) connection.end();
        resolve();
      });
      const cancelled = () => connection.end();
      const timer = clock.after(loginMs, () => connection.refuse('', 'login expected'));
      signal.addEventListener('abort', cancelled);
      this.#connections.add(connection);
    });
  }

  #answer(summons: Summons, status: number, reason = '', template = noFields): void {
    const { userAgent } = this.parts;
    const outcome = userAgent.respond(summons.transactionId, { status, reason: binary(reason) }, template);
    if (!outcome.ok) this.parts.log.info({ reason: outcome.reason }, 'nobody waits for the answer any more');
  }
}

/** The handler did not say what is to be done. */
class NoInstruction extends Error {}

const binary = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
