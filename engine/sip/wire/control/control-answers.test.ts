/** One answer to each frame, whatever is wrong with it; and after it the connection works, or is closed. */

import { test } from 'tap';
import { frame } from '../../control/framing.js';
import { Harness, secret } from '../../testing/harness.js';
import type { RawApplication } from '../../testing/raw-application.js';

const megabyte = 1024 * 1024;
const to = 'sip:a@127.0.0.1:9';
const fill = (text: string) => text.padEnd(megabyte - 200, text.at(-1));

/** Behind the message id; the result that it gets. */
const table: [what: string, message: string, result: 'OK' | 'NOK' | 'NO', words?: RegExp][] = [
  ['a ping with more fields', 'ping|x|y', 'OK', /^pong$/],
  ['a second login', `authenticate|${secret}|`, 'OK'],
  ['a login with no tags field', `authenticate|${secret}`, 'OK'],
  ['a second login with a wrong secret', 'authenticate|x|', 'NO', /incorrect secret/],
  ['no command', '', 'NO', /Unknown message type/],
  ['a command in capitals', 'PING', 'NO', /Unknown message type/],
  ['an answer', 'response|x|OK', 'NO', /Unknown message type/],
  ['a line end within the command', 'pi\rng', 'NO', /Unknown message type/],
  ['a route for nothing', 'route', 'NO', /Invalid verb/],
  ['a route with a line end', 'route|in\nvite', 'NO', /Invalid verb/],
  ['a route that is not there', 'remove_route|invite', 'OK'],
  ['too few fields', 'sip|', 'NO', /Invalid message format/],
  ['no message', 'sip||', 'NOK', /^invalid request-uri: $/],
  ['an empty message', 'sip||\r\n', 'NOK', /^invalid request-uri: $/],
  ['a start line that is none', 'sip||\r\nhello\r\n\r\n', 'NOK', /^invalid request-uri: hello$/],
  ['a separator in the start line', 'sip||\r\nA|B\r\n\r\n', 'NOK', /^invalid request-uri: A B$/],
  ['a line end in the start line', `sip||\r\nINFO ${to}\rX SIP/2.0\r\n\r\n`, 'NOK', /^invalid request-uri: /],
  ['a zero in the URI', 'sip||\r\nINFO sip:a\0b@127.0.0.1:9 SIP/2.0\r\n\r\n', 'NOK', /^invalid request-uri/],
  ['another protocol', `sip||\r\nINFO ${to} HTTP/1.1\r\n\r\n`, 'NOK', /^invalid request-uri: /],
  ['a status that is none', 'sip|t|\r\nSIP/2.0 099 X\r\n\r\n', 'NO', /invalid status line/],
  ['another version', 'sip|t|\r\nSIP/3.0 200 OK\r\n\r\n', 'NO', /invalid status line/],
  ['an answer to nothing', 'sip||\r\nSIP/2.0 200 OK\r\n\r\n', 'NO', /transaction id missing/],
  ['an answer to something unknown', 'sip|t|\r\nSIP/2.0 200 OK\r\n\r\n', 'NOK', /unknown transaction/],
  ['an answer to a CANCEL', 'sip|t|\r\nSIP/2.0 200 OK\r\nCSeq: 1 CANCEL\r\n\r\n', 'NOK', /automatically/],
  ['CANCEL of nothing', `sip||\r\nCANCEL ${to} SIP/2.0\r\n\r\n`, 'NOK', /unable to cancel/],
  ['CANCEL within a dialog', `sip||d\r\nCANCEL ${to} SIP/2.0\r\n\r\n`, 'NOK', /unable to cancel/],
  ['ACK of nothing', `sip||\r\nACK ${to} SIP/2.0\r\n\r\n`, 'NOK', /automatically generated/],
  ['ACK in no dialog', `sip||d\r\nACK ${to} SIP/2.0\r\n\r\n`, 'NOK', /automatically generated/],
  ['PRACK of nothing', `sip||\r\nPRACK ${to} SIP/2.0\r\n\r\n`, 'NOK', /unable to find IIP/],
  ['a dialog not known', 'sip||d\r\nBYE sip:placeholder SIP/2.0\r\n\r\n', 'NOK', /unable to find dialog/],
  ['a transport not there', 'sip||\r\nINFO sip:a@b;transport=sctp SIP/2.0\r\n\r\n', 'NOK', /transport/],
  ['a Call-ID with a separator', `sip||\r\nINFO ${to} SIP/2.0\r\nCall-ID: a|b\r\n\r\n`, 'NOK', /call-id/],
  ['a Call-ID with a space', `sip||\r\nINFO ${to} SIP/2.0\r\nCall-ID: a b\r\n\r\n`, 'NOK', /call-id/],
  ['an empty Call-ID', `sip||\r\nINFO ${to} SIP/2.0\r\nCall-ID:\r\n\r\n`, 'OK'],
  ['a tag with a separator', `sip||\r\nINFO ${to} SIP/2.0\r\nFrom: <sip:a@b>;tag=a|b\r\n\r\n`, 'NOK', /from/],
  ['a From that is none', `sip||\r\nINFO ${to} SIP/2.0\r\nFrom: "a|b\r\n\r\n`, 'NOK', /from value/],
  ['a body of no type', `sip||\r\nINFO ${to} SIP/2.0\r\n\r\nx`, 'NOK', /missing content-type/],
  ['lines that are no header fields', `sip||\r\nINFO ${to} SIP/2.0\r\n:\r\n\0: x\r\nx\r\n y\r\n\r\n`, 'OK'],
  ['a megabyte of fields', fill('sip|'), 'NOK'],
  ['a megabyte of message', fill('sip||\r\nx'), 'NOK', /^invalid request-uri: x/],
  ['a megabyte of header', fill(`sip||\r\nINFO ${to} SIP/2.0\r\nX: y`), 'OK'],
  ['a megabyte of body', fill(`sip||\r\nINFO ${to} SIP/2.0\r\nContent-Type: a/b\r\n\r\nz`), 'OK'],
];

const answersIn = (application: RawApplication, id: string): number =>
  application.got.filter(({ fields }) => fields[1] === 'response' && fields[2] === id).length;

test('one answer to each message', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  for (const [what, message, result, words = /^/] of table) {
    const application = await harness.raw();
    await application.login(secret);
    const answer = application.answer('it');
    // Two in one piece: what is wrong with one is not the other's.
    application.write(frame(`it|${message}`) + frame('next|ping'));
    const { fields } = await answer;
    t.equal(fields[3], result, what);
    t.match(fields[4] ?? '', words, what);
    if (result === 'NO') await application.closed;
    else t.same((await application.answer('next')).fields.slice(3), ['OK', 'pong'], what);
    t.equal(answersIn(application, 'it'), 0, `one answer only: ${what}`);
    application.socket.destroy();
  }
});

test('a message id that cannot be repeated is answered without it', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  for (const id of ['a\rb', 'a\nb']) {
    const application = await harness.raw();
    await application.login(secret);
    application.write(frame(`${id}|ping`));
    t.same((await application.refusal()).fields.slice(2), ['', 'NO', 'Invalid message format']);
    await application.closed;
  }
});

test('many messages in one piece are answered in their order', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  const ids = table
    .map(([, message, result], index) => ({ id: `n${index}`, message, result }))
    .filter(({ result }) => result !== 'NO');
  application.write(ids.map(({ id, message }) => frame(`${id}|${message}`)).join(''));
  const answers: string[] = [];
  for (const { id } of ids) {
    const { fields } = await application.answer(id);
    answers.push(fields[3] ?? '');
  }
  t.same(
    answers,
    ids.map(({ result }) => result),
  );
});
