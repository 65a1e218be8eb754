import nodemailer, { type Transporter } from 'nodemailer';
import type { Logger } from 'pino';
import { type Announcements, type Sql, StoreClock } from '../store/index.js';
import { type DueMail, noteFailed, noteSent, takeDueMail, untilNextMail } from './mails-sql.js';

/** How long a mail server may take for each step, milliseconds. */
const patienceMs = 20_000;

export interface MailerOptions {
  sql: Sql;
  logger: Logger;
  /** smtp:// or smtps://, with account and password where the server wants them. */
  smtpUrl: string;
  /** From whom. */
  from: string;
}

/** Sends what is posted: at least once, and known to mail programs as the same by its Message-ID if twice. */
export class Mailer {
  readonly #options: MailerOptions;
  readonly #transport: Transporter;
  readonly #clock: StoreClock;

  constructor(options: MailerOptions) {
    this.#options = options;
    const { sql, logger, smtpUrl } = options;
    this.#transport = nodemailer.createTransport({
      url: smtpUrl,
      connectionTimeout: patienceMs,
      greetingTimeout: patienceMs,
      socketTimeout: patienceMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    this.#clock = new StoreClock(
      {
        planning: new Set(['mail_posted']),
        complaint: 'mails not sent; the next look sends them',
        longestMs: 60_000,
        look: async () => {
          for (let mail = await takeDueMail(sql); mail; mail = await takeDueMail(sql)) await this.#send(mail);
          return await untilNextMail(sql);
        },
      },
      logger,
    );
  }

  start(announcements: Announcements): void {
    this.#clock.start(announcements);
  }

  async stop(): Promise<void> {
    await this.#clock.stop();
    this.#transport.close();
  }

  async #send(mail: DueMail): Promise<void> {
    const { sql, logger, from } = this.#options;
    const { id, recipients, subject, body, createdAt } = mail;
    try {
      await this.#transport.sendMail({
        from,
        to: recipients,
        subject,
        text: body,
        date: createdAt,
        messageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1).replace(/>$/, '')}>`,
        // RFC 3834: no automatic answer to it.
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      const again = await noteFailed(sql, mail, { fault, forGood: isForGood(error) });
      logger.warn({ mail: id, err: error, again }, 'mail not sent');
      return;
    }
    await noteSent(sql, mail);
    logger.info({ mail: id, recipients: recipients.length }, 'mail sent');
  }
}

/** The server will not take it another time, either (RFC 5321 4.2.1). */
function isForGood(error: unknown): boolean {
  const { responseCode, code } = error as { responseCode?: number; code?: string };
  // A refused login is the operator's to mend.
  return responseCode !== undefined && responseCode >= 500 && code !== 'EAUTH';
}
