import t from 'tap';
import { countryOf, formatNumber, readNumber } from './phone-number.js';

t.test('numbers as trunks want them', async t => {
  t.equal(formatNumber('+821012345678', 'e164'), '+821012345678');
  t.equal(formatNumber('+821012345678', 'e164_without_plus'), '821012345678');
  t.equal(formatNumber('+821012345678', 'national', 'KR'), '01012345678');
  t.equal(formatNumber('+82212345678', 'national', 'KR'), '0212345678');
  t.equal(formatNumber('+12025550123', 'national', 'KR'), '+12025550123', 'no national form elsewhere');
  t.equal(countryOf('+821012345678'), 'KR');
  t.equal(countryOf('+19'), undefined);
});

t.test('numbers as trunks write them', async t => {
  for (const [text, format, country, number] of [
    ['+821012345678', 'national', 'KR', '+821012345678'],
    ['821012345678', 'e164_without_plus', undefined, '+821012345678'],
    ['821012345678', 'e164', undefined, '+821012345678'],
    ['01012345678', 'national', 'KR', '+821012345678'],
    ['010-1234-5678', 'e164', 'KR', '+821012345678'],
    ['anonymous', 'e164', undefined, undefined],
    ['', 'e164', undefined, undefined],
    ['119', 'e164', undefined, undefined],
    ['+0012345678', 'e164', undefined, undefined],
    ['1'.repeat(40), 'e164', 'KR', undefined],
  ] as const)
    t.equal(readNumber(text, format, country), number, `${text} ${format}`);
});
