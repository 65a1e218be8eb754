import t from 'tap';
import { eventStreamParser } from './event-stream.js';

const text =
  '\uFEFF: keep-alive\n\nevent: callback\ndata: {"a":1}\n\ndata: first\r\ndata:second\r\n\r\nid: 7\rdata\r\revent: x\n\n';
const expected = [
  { event: 'callback', data: '{"a":1}' },
  { event: 'message', data: 'first\nsecond' },
  { event: 'message', data: '' },
];

t.test('reads events, comments, all three line ends and a byte order mark', async t => {
  t.same(eventStreamParser()(text), expected);
});

t.test('does not care where the network cuts', async t => {
  for (let size = 1; size < 12; size += 1) {
    const parse = eventStreamParser();
    const events = [];
    for (let at = 0; at < text.length; at += size) events.push(...parse(text.slice(at, at + size)));
    t.same(events, expected, `pieces of ${size}`);
  }
});

t.test('gives nothing for an event that is not whole', async t => {
  const parse = eventStreamParser();
  t.same(parse('data: half'), []);
  t.same(parse('\n'), []);
  t.same(parse('\n'), [{ event: 'message', data: 'half' }]);
});
