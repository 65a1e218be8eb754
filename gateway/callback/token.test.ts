import t from 'tap';
import { CallbackTokens } from './token.js';

const tokens = new CallbackTokens('a secret of at least thirty-two characters');

t.test('a token opens its own callback, for what it was given', async t => {
  t.equal(tokens.verify('one', tokens.issue('one', 'full')), 'full');
  t.equal(tokens.verify('one', tokens.issue('one', 'view')), 'view');
  t.equal(tokens.issue('one', 'full'), tokens.issue('one', 'full'), 'a repeated request gets the same token');
});

t.test('nothing else opens it', async t => {
  const full = tokens.issue('one', 'full');
  const view = tokens.issue('one', 'view');
  const other = new CallbackTokens('another secret of thirty-two characters!');
  const wrong = [
    undefined,
    '',
    'full',
    'full.',
    tokens.issue('two', 'full'),
    other.issue('one', 'full'),
    view.replace('view', 'full'),
    full.slice(0, -2),
    `${full}A`,
    full.replace('full', 'admin'),
  ];
  for (const token of wrong)
    t.throws(() => tokens.verify('one', token), { code: 'unauthorized' }, String(token));
});

t.test('a requester is recognised, but not told by what is stored', async t => {
  t.same(tokens.requester('192.0.2.1'), tokens.requester('192.0.2.1'));
  t.notSame(tokens.requester('192.0.2.1'), tokens.requester('192.0.2.2'));
  t.notMatch(tokens.requester('192.0.2.1').toString('latin1'), '192');
});
