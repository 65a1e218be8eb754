/** A mail server that keeps what it is given: SMTP, on a port of its own. */
import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export interface ReceivedMail {
  from: string;
  to: string[];
  /** Headers and body, as they came. */
  text: string;
}

const account = { user: 'calls', pass: 'a-mail-password-for-tests' };

export class MailBox {
  readonly #arrivals = new EventEmitter<{ mail: [] }>();
  readonly #unread: ReceivedMail[] = [];
  #server: SMTPServer | undefined;
  #port = 0;
  /** How many mails have come. */
  count = 0;

  static async open(t: Teardown): Promise<MailBox> {
    const box = new MailBox();
    await box.back();
    t.teardown(() => box.away());
    return box;
  }

  get url(): string {
    return `smtp://${account.user}:${account.pass}@127.0.0.1:${this.#port}`;
  }

  /** The next mail, in the order in which they came. */
  async next(waitMs = 30_000): Promise<ReceivedMail> {
    const signal = AbortSignal.timeout(waitMs);
    while (this.#unread.length === 0) await once(this.#arrivals, 'mail', { signal });
    return this.#unread.shift()!;
  }

  /** Nobody listens. */
  async away(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server) await new Promise<void>(resolve => server.close(resolve));
  }

  /** Listens on the same port as before. */
  async back(): Promise<void> {
    const server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      onAuth: ({ username, password }, _session, done) => {
        if (username === account.user && password === account.pass) done(null, { user: username });
        else done(new Error('who is that?'));
      },
      onData: (stream, { envelope }, done) => {
        let text = '';
        stream.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        stream.on('end', () => {
          const { mailFrom, rcptTo } = envelope;
          this.count += 1;
          this.#unread.push({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            text,
          });
          this.#arrivals.emit('mail');
          done();
        });
      },
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server.server, 'listening');
    this.#port = (server.server.address() as AddressInfo).port;
    this.#server = server;
  }
}
