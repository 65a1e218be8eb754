import t from 'tap';
import { ApiError } from '../errors.js';
import { callableNumber } from './number-policy.js';

const countries = ['KR', 'US'];

const accepted: [input: string, e164: string][] = [
  ['010-5550-0001', '+821055500001'],
  ['01055500001', '+821055500001'],
  ['+82 10 5550 0001', '+821055500001'],
  ['+82 (0)10-5550-0001', '+821055500001'],
  ['０１０－５５５０－０００１', '+821055500001'],
  ['02-2123-4567', '+82221234567'],
  ['+1 (202) 555-0123', '+12025550123'],
];

const refused: [input: string, code: string][] = [
  ['', 'phone_invalid'],
  ['not a number', 'phone_invalid'],
  ['010-CALL-NOW', 'phone_invalid'],
  ['1-800-FLOWERS', 'phone_invalid'],
  ["010'; drop table users;--", 'phone_invalid'],
  ['+821055500001\r\nX-Injected: 1', 'phone_invalid'],
  ['+821055500001;phone-context=evil', 'phone_invalid'],
  ['sip:mallory@evil.example', 'phone_invalid'],
  ['0105550\u0000001', 'phone_invalid'],
  ['010-12', 'phone_too_short'],
  ['010-1234', 'phone_too_short'],
  ['+1 202 555 01', 'phone_too_short'],
  ['+82 10 5550 0001 2345 6789', 'phone_too_long'],
  ['+999 1234 5678', 'phone_invalid'],
  ['+44 20 7946 0958', 'phone_country_not_allowed'],
  ['+870 773 111 632', 'phone_country_not_allowed'],
  ['119', 'phone_emergency'],
  ['112', 'phone_emergency'],
  ['911', 'phone_emergency'],
  ['+82 119', 'phone_emergency'],
  ['0119', 'phone_emergency'],
  ['+82-0112', 'phone_emergency'],
  ['060-700-1234', 'phone_premium'],
  ['+1 900 555 1234', 'phone_premium'],
];

t.test('numbers that may be called come out in E.164', async t => {
  for (const [input, e164] of accepted)
    t.equal(callableNumber(input, countries), e164, JSON.stringify(input));
});

t.test('what may not be called is refused by name, at its field', async t => {
  for (const [input, code] of refused) {
    try {
      const number = callableNumber(input, countries);
      t.fail(`${JSON.stringify(input)} was taken for ${number}`);
    } catch (error) {
      t.ok(error instanceof ApiError, JSON.stringify(input));
      t.match(error, { code, field: 'phone' }, JSON.stringify(input));
    }
  }
});
