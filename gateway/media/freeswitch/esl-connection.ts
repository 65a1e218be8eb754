import { connect, type Socket } from 'node:net';
import { MediaError } from '../port.js';
import { EslFraming, type EslMessage } from './esl-framing.js';

export interface EslAddress {
  host: string;
  port: number;
  password: string;
}

/** An event of FreeSWITCH: names and values as it writes them, `Event-Name` among them. */
export type EslEvent = Readonly<Record<string, string | undefined>>;

export interface EslHandlers {
  event(event: EslEvent): void;
  closed(): void;
}

interface Pending {
  resolve(answer: string): void;
  reject(error: MediaError): void;
  timer: NodeJS.Timeout;
}

const loginTimeoutMs = 5000;
/** FreeSWITCH answers in well under a millisecond; one that takes so long hangs. */
const answerTimeoutMs = 5000;
/** It sends a heartbeat every 5 s (freeswitch-config/autoload_configs/switch.conf.xml). */
const silenceMs = 15_000;

/**
 * One logged-in connection to FreeSWITCH's event socket (mod_event_socket, "inbound"). Commands are pipelined and
 * answered in order. It ends once, for whatever reason; what was open is rejected then.
 */
export class EslConnection {
  readonly #socket: Socket;
  readonly #handlers: EslHandlers;
  readonly #framing = new EslFraming();
  readonly #pending: Pending[] = [];
  readonly #name: string;
  #greeted: () => void = () => undefined;
  #closed = false;

  private constructor(socket: Socket, name: string, handlers: EslHandlers) {
    this.#socket = socket;
    this.#name = name;
    this.#handlers = handlers;
    // Without it each command waits for the acknowledgement of the one before: 43 ms on loopback.
    socket.setNoDelay(true);
    socket.setTimeout(silenceMs, () => this.close());
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('close', () => this.#end());
  }

  /** @throws MediaError `engine_unavailable` (nobody there), `bad_request` (login refused) */
  static async open({ host, port, password }: EslAddress, handlers: EslHandlers): Promise<EslConnection> {
    const name = `the FreeSWITCH at ${host}:${port}`;
    const socket = connect({ host, port });
    const connection = new EslConnection(socket, name, handlers);
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string) => {
        clearTimeout(timer);
        reject(new MediaError('engine_unavailable', `${name} ${why}`));
        socket.destroy();
      };
      const timer = setTimeout(() => fail('does not greet'), loginTimeoutMs);
      connection.#greeted = () => {
        clearTimeout(timer);
        resolve();
      };
      socket.on('error', (error: NodeJS.ErrnoException) =>
        fail(`cannot be reached (${error.code ?? error.message})`),
      );
      socket.on('close', () => fail('closed the connection: is our address on its list?'));
    });
    const answer = await connection.#send(`auth ${password}`);
    if (!answer.startsWith('+OK')) {
      connection.close();
      throw new MediaError('bad_request', `${name} refuses the password`);
    }
    return connection;
  }

  get alive(): boolean {
    return !this.#closed;
  }

  /** Runs a command of FreeSWITCH; its answer is what the command prints. @throws MediaError `engine_unavailable` */
  api(command: string): Promise<string> {
    return this.#send(`api ${oneLine(command)}`);
  }

  /** The same, for a command whose answer may be `-ERR …`. @throws MediaError `engine_unavailable`, `bad_request` */
  async mustApi(command: string): Promise<string> {
    const answer = await this.api(command);
    if (answer.startsWith('-')) {
      const [name] = command.split(' ');
      throw new MediaError('bad_request', `${this.#name} refuses ${name}: ${answer.trim()}`);
    }
    return answer;
  }

  async subscribe(events: readonly string[]): Promise<void> {
    await this.#send(`event json ${events.join(' ')}`);
  }

  /** Has a channel run an application, after what it runs now or, where that reads commands, in the midst of it. */
  async execute(uuid: string, application: string, argument: string, jobId: string): Promise<boolean> {
    const answer = await this.#send(
      [
        `sendmsg ${uuid}`,
        'call-command: execute',
        `execute-app-name: ${application}`,
        `execute-app-arg: ${oneLine(argument)}`,
        `Event-UUID: ${jobId}`,
      ].join('\n'),
    );
    return answer.startsWith('+OK');
  }

  /** Puts an event into a channel's queue, for the application that it runs. */
  async tell(uuid: string, headers: Readonly<Record<string, string>>): Promise<void> {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${oneLine(value)}`);
    await this.#send(['sendevent COMMAND', `unique-id: ${uuid}`, ...lines].join('\n'));
  }

  close(): void {
    this.#socket.destroy();
    this.#end();
  }

  #send(command: string): Promise<string> {
    if (this.#closed) return Promise.reject(this.#gone());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.close(), answerTimeoutMs);
      this.#pending.push({ resolve, reject, timer });
      this.#socket.write(`${command}\n\n`);
    });
  }

  #receive(chunk: Buffer): void {
    try {
      for (const message of this.#framing.push(chunk)) this.#handle(message);
    } catch (error) {
      this.close();
      if (!(error instanceof Error) || error.name !== 'EslFramingError') throw error;
    }
  }

  #handle({ headers, body }: EslMessage): void {
    switch (headers.get('content-type')) {
      case 'auth/request':
        this.#greeted();
        break;
      case 'command/reply':
        this.#answer(headers.get('reply-text') ?? '');
        break;
      case 'api/response':
        this.#answer(body);
        break;
      case 'text/event-json':
        this.#handlers.event(JSON.parse(body) as EslEvent);
        break;
      case 'text/disconnect-notice':
      case 'text/rude-rejection':
        this.close();
        break;
    }
  }

  #answer(text: string): void {
    const pending = this.#pending.shift();
    if (pending === undefined) return;
    clearTimeout(pending.timer);
    pending.resolve(text);
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { reject, timer } of this.#pending.splice(0)) {
      clearTimeout(timer);
      reject(this.#gone());
    }
    this.#handlers.closed();
  }

  #gone(): MediaError {
    return new MediaError('engine_unavailable', `the connection to ${this.#name} is gone`);
  }
}

/** A line break would end the command and begin another one. */
function oneLine(text: string): string {
  if (/[\r\n\0]/.test(text)) throw new MediaError('bad_request', 'a line break where none may be');
  return text;
}
