import t from 'tap';
import { type BrowserLine, browserLineOf } from './browser-line.js';

const line: BrowserLine = {
  packetsReceived: 250,
  packetsLost: -1,
  jitterMs: 2.5,
  concealedPercent: 0,
  packetsSent: 250,
  sentLost: null,
  sentJitterMs: null,
  roundTripMs: 12,
  spokenDb: -31,
  heardDb: null,
  trouble: null,
};

t.test('what a desktop says of its line', async t => {
  t.same(browserLineOf(line), line);
  t.same(browserLineOf({ ...line, trouble: 'sound_gaps', more: 'of a newer desktop' }), {
    ...line,
    trouble: 'sound_gaps',
  });
});

t.test('what is none', async t => {
  for (const given of [undefined, null, 7, 'line', [], {}])
    t.equal(browserLineOf(given), undefined, JSON.stringify(given));
  const wrong: Record<string, unknown>[] = [
    { packetsSent: null },
    { packetsLost: '3' },
    { jitterMs: undefined },
    { roundTripMs: 1e13 },
    { spokenDb: Number.NaN },
    { trouble: 'drop table legs' },
    { trouble: undefined },
  ];
  for (const change of wrong)
    t.equal(browserLineOf({ ...line, ...change }), undefined, JSON.stringify(change));
});
