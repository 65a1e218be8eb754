/** baresip as a process: a telephone that speaks a tone, told what to do and telling what happens over TCP. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../../../scripts/ports.js';
import { findProgram } from '../../../scripts/test-run/programs.js';
import { ownSipPort } from '../../support/ports.js';
import { listening } from '../../support/sipp.js';
import { Log } from '../log.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

/** An event of baresip, for example CALL_ESTABLISHED. */
interface Event {
  type: string;
  param?: string;
}

export interface TelephoneOptions {
  /** Its address and how it registers, as a line of baresip's file of accounts. */
  account: string;
  /** The tone it speaks, in Hz. */
  tone: number;
  /** Whom it trusts over TLS, a PEM file. */
  authorities?: string;
}

/** The socket's messages are netstrings of JSON: `12:{"a":"b"...},`. */
class Control {
  readonly #events: Event[] = [];
  #waiting: (() => void)[] = [];
  #buffer = '';

  constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.#buffer += text;
      for (let next = this.#cut(); next !== undefined; next = this.#cut()) {
        if (next.type !== undefined) this.#events.push(next);
      }
      for (const look of this.#waiting.splice(0)) look();
    });
  }

  #cut(): Event | undefined {
    const colon = this.#buffer.indexOf(':');
    const end = colon + 1 + Number(this.#buffer.slice(0, colon));
    if (colon < 0 || this.#buffer.length <= end) return undefined;
    const text = this.#buffer.slice(colon + 1, end);
    this.#buffer = this.#buffer.slice(end + 1);
    return JSON.parse(text) as Event;
  }

  /** Resolves with the next event of that type that nobody has waited for yet. */
  async event(type: string): Promise<Event> {
    for (;;) {
      const index = this.#events.findIndex(event => event.type === type);
      if (index >= 0) return this.#events.splice(index, 1)[0] as Event;
      await new Promise<void>(resolve => this.#waiting.push(resolve));
    }
  }

  command(command: string, params: string): void {
    const text = JSON.stringify({ command, params });
    this.socket.write(`${text.length}:${text},`);
  }
}

export interface Telephone {
  /** The next event of that type. */
  event(type: string): Promise<Event>;
  /** Does what the command of its menu does: `dial`, `accept`, `hangup`, `hold`, `resume`. */
  command(command: string, params?: string): void;
}

const modules = ['account', 'menu', 'g711', 'ausine', 'aubridge', 'ctrl_tcp'];

export async function startTelephone(t: Teardown, options: TelephoneOptions): Promise<Telephone> {
  const { account, tone, authorities } = options;
  const folder = mkdtempSync(join(tmpdir(), 'baresip-'));
  const controlPort = await freePort();
  const program = realpathSync(findProgram('baresip') ?? 'baresip');
  const settings: Record<string, string | number> = {
    module_path: join(dirname(dirname(program)), 'lib/baresip/modules'),
    sip_listen: `127.0.0.1:${await ownSipPort()}`,
    net_interface: '127.0.0.1',
    ctrl_tcp_listen: `127.0.0.1:${controlPort}`,
    audio_source: `ausine,${tone}`,
    // Its tone generator knows only this.
    ausrc_srate: 48_000,
    ausrc_channels: 2,
    audio_player: 'aubridge,nowhere',
    audio_alert: 'aubridge,nowhere',
    ...(authorities && { sip_cafile: authorities }),
  };
  const lines = [
    ...Object.entries(settings).map(([name, value]) => `${name} ${value}`),
    ...modules.map(name => `module ${name}.so`),
  ];
  writeFileSync(join(folder, 'config'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'accounts'), `${account}\n`, { mode: 0o600 });
  writeFileSync(join(folder, 'contacts'), '');
  const child = spawn(program, ['-4', '-f', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const log = new Log(child);
  t.teardown(async () => {
    // A second signal ends it without a word to its registrar, which is gone by then.
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true });
  });
  const early = exited.then(([code, signal]) => {
    throw new Error(`baresip ended with ${code ?? signal}\n${log.text}`);
  });
  early.catch(() => undefined);
  await Promise.race([listening(controlPort, 'tcp'), early]);
  const socket = connect(controlPort, '127.0.0.1');
  await Promise.race([once(socket, 'connect'), early]);
  t.teardown(() => socket.destroy());
  const control = new Control(socket);
  return {
    event: type => Promise.race([control.event(type), early]),
    command: (command, params = '') => control.command(command, params),
  };
}
