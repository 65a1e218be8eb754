export { Mailer, type MailerOptions } from './mailer.js';
export { type Mail, postMail } from './mails-sql.js';
