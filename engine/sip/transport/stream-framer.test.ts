/** Messages cut out of a stream, whatever the pieces it comes in. */
import { test } from 'tap';
import { StreamFramer } from './stream-framer.js';

const message = (body: string, length = `Content-Length: ${body.length}`) =>
  `INFO sip:a@example.com SIP/2.0\r\nCSeq: 1 INFO\r\n${length}\r\n\r\n${body}`;

function framing(maxMessageBytes = 1_000) {
  const got: string[] = [];
  const framer = new StreamFramer(maxMessageBytes, {
    message: (text, fault) => got.push(fault === undefined ? text : `${fault.status} ${fault.reason}`),
    lineEnd: () => got.push('-'),
  });
  return { got, framer, push: (text: string) => framer.push(Buffer.from(text, 'latin1')) };
}

const sequence = ['-', '-', message('body\r\n\r\n1'), message(''), '-', message('\xff\0', 'l : \r\n 2')];
const stream = sequence.map(part => (part === '-' ? '\r\n' : part)).join('');

test('messages are found however the stream is cut', async t => {
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const { got, framer, push } = framing();
    push(stream.slice(0, cut));
    push(stream.slice(cut));
    t.same(got, sequence, `cut at ${cut}`);
    t.notOk(framer.unfinished);
  }
  const bytes = framing();
  for (const byte of stream) bytes.push(byte);
  t.same(bytes.got, sequence, 'byte by byte');
  const whole = framing();
  whole.push(stream + stream);
  t.same(whole.got, [...sequence, ...sequence], 'all in one piece');
});

test('a message that has begun is known to be unfinished', async t => {
  const { framer, push } = framing();
  push('\r\n');
  t.notOk(framer.unfinished);
  push('I');
  t.ok(framer.unfinished);
  push(message('').slice(1));
  t.notOk(framer.unfinished);
});

test('where the next message begins must be known', async t => {
  const cases: [string, string][] = [
    ['Content-Length: -1', '400 Bad Content-Length'],
    ['Content-Length: 1e3', '400 Bad Content-Length'],
    ['Content-Length:', '400 Bad Content-Length'],
    ['Content-Length: 0\r\nl: 1', '400 Bad Content-Length'],
    ['Subject:\r\n Content-Length: 0', '400 Missing Content-Length'],
    ['Content-Length: 1000', '513 Message Too Large'],
    ['Content-Length: 999999999', '513 Message Too Large'],
  ];
  for (const [length, fault] of cases) {
    const { got, framer, push } = framing();
    push(message('', length) + message(''));
    t.same(got, [fault], length);
    t.ok(framer.stopped);
    push(message(''));
    t.same(got, [fault], 'nothing more is read');
  }
  const twice = framing();
  twice.push(message('ab', 'Content-Length: 2\r\nl: 2'));
  t.same(twice.got.length, 1);
  t.notOk(twice.framer.stopped, 'two that agree are no fault of the framing');
});

test('a head without an end is not collected for ever', async t => {
  const { got, framer, push } = framing(100);
  push('x'.repeat(90));
  t.notOk(framer.stopped);
  push('x'.repeat(11));
  t.ok(framer.stopped);
  t.same(got, []);
});

test('its user may stop it in the middle of a piece', async t => {
  const got: string[] = [];
  const framer: StreamFramer = new StreamFramer(1_000, {
    message: text => {
      got.push(text);
      framer.stop();
    },
    lineEnd: () => undefined,
  });
  framer.push(Buffer.from(message('') + message('')));
  t.equal(got.length, 1);
});
