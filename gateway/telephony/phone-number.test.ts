import t from 'tap';
import { countryOf, formatNumber } from './phone-number.js';

t.test('numbers as trunks want them', async t => {
  t.equal(formatNumber('+821012345678', 'e164'), '+821012345678');
  t.equal(formatNumber('+821012345678', 'e164_without_plus'), '821012345678');
  t.equal(formatNumber('+821012345678', 'national', 'KR'), '01012345678');
  t.equal(formatNumber('+82212345678', 'national', 'KR'), '0212345678');
  t.equal(formatNumber('+12025550123', 'national', 'KR'), '+12025550123', 'no national form elsewhere');
  t.equal(countryOf('+821012345678'), 'KR');
  t.equal(countryOf('+19'), undefined);
});
