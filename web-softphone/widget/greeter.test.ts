import t from 'tap';
import { fitting, type Moment } from './greeter.js';
import type { Greeting } from './look.js';

const greeting = (rules: Partial<Greeting>): Greeting => ({
  key: 'hello',
  text: 'Hello',
  queue: 'sales',
  afterSeconds: 0,
  ...rules,
});
const moment: Moment = { path: '/shop/machines/duo', seconds: 30, returning: false, cartValue: undefined };

t.test('a greeting fits when every rule of it does', async t => {
  const cases: [Partial<Greeting>, Partial<Moment>, boolean][] = [
    [{}, {}, true],
    [{ afterSeconds: 30 }, {}, true],
    [{ afterSeconds: 31 }, {}, false],
    [{ pages: ['/shop/machines/*'] }, {}, true],
    [{ pages: ['/shop'] }, {}, false],
    [{ pages: ['/other', '*duo'] }, {}, true],
    // Signs that mean something in a regular expression mean themselves here.
    [{ pages: ['/a.b'] }, { path: '/axb' }, false],
    [{ pages: ['/a.b'] }, { path: '/a.b' }, true],
    // An address has its escapes, a rule is written as people read it.
    [{ pages: ['/상품/*'] }, { path: '/%EC%83%81%ED%92%88/1' }, true],
    [{ pages: ['/100%'] }, { path: '/100%' }, true],
    [{ returning: true }, {}, false],
    [{ returning: true }, { returning: true }, true],
    [{ returning: false }, { returning: true }, false],
    [{ cartAtLeast: 100 }, {}, false],
    [{ cartAtLeast: 100 }, { cartValue: 99.9 }, false],
    [{ cartAtLeast: 100 }, { cartValue: 100 }, true],
  ];
  for (const [rules, more, fits] of cases)
    t.equal(
      fitting([greeting(rules)], { ...moment, ...more }) !== undefined,
      fits,
      JSON.stringify({ rules, more }),
    );
});

t.test('of several the first that fits', async t => {
  const greetings = [
    greeting({ key: 'late', afterSeconds: 60 }),
    greeting({ key: 'a' }),
    greeting({ key: 'b' }),
  ];
  t.equal(fitting(greetings, moment)?.key, 'a');
  t.equal(fitting(greetings, { ...moment, seconds: 60 })?.key, 'late');
});
