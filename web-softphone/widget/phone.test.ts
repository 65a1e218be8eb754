import t from 'tap';
import { callingCode, countryOf } from './calling-codes.js';
import { dialable, flag, formatPhone } from './phone.js';

t.test('numbers are written as their country writes them', async t => {
  const cases: [country: string, typed: string, shown: string][] = [
    ['KR', '01012345678', '010-1234-5678'],
    ['KR', '010 1234 56', '010-1234-56'],
    ['KR', '0111234567', '011-123-4567'],
    ['KR', '0212345678', '02-1234-5678'],
    ['KR', '021234567', '02-123-4567'],
    ['KR', '15881234', '1588-1234'],
    ['KR', '050512345678', '0505-1234-5678'],
    ['US', '212', '212'],
    ['US', '2125', '(212) 5'],
    ['US', '2125550100', '(212) 555-0100'],
    ['CA', '1 416 555 0100', '1 (416) 555-0100'],
    ['JP', '09012345678', '090-1234-5678'],
    ['GB', '07400123456', '07400 123456'],
    ['FR', '0612345678', '06 12 34 56 78'],
    ['DE', '03012345678', '030 123 456 78'],
    ['DE', '0301234567', '030 123 4567'],
    ['KR', '+821012345678', '+82 10-1234-5678'],
    ['KR', '+82212345678', '+82 2-1234-5678'],
    ['KR', '+8201012345678', '+82 010-1234-5678'],
    ['US', '+12125550100', '+1 (212) 555-0100'],
    ['JP', '+819012345678', '+81 90-1234-5678'],
    ['CN', '+8613800138000', '+86 138 0013 8000'],
    ['GB', '+447400123456', '+44 7400 123456'],
    ['DE', '+4930123456', '+49 301 234 56'],
    ['KR', '+491512', '+491512'],
    ['KR', '', ''],
    ['KR', 'call me', 'call me'],
    ['KR', '0'.repeat(30), '0'.repeat(30)],
  ];
  for (const [country, typed, shown] of cases) {
    t.equal(formatPhone(typed, country), shown);
    t.equal(formatPhone(shown, country), shown, 'formatting again changes nothing');
  }
});

t.test('every prefix of a number keeps its digits while it is typed', async t => {
  for (const [country, number] of [
    ['KR', '01012345678'],
    ['US', '12125550100'],
    ['FR', '0612345678'],
    ['BR', '1123456789'],
  ] as const) {
    let shown = '';
    for (const digit of number) {
      shown = formatPhone(shown + digit, country);
      t.ok(number.startsWith(shown.replace(/\D/g, '')), shown);
    }
    t.equal(shown.replace(/\D/g, ''), number);
  }
});

t.test('the API gets national numbers of the first country as typed and others with their code', async t => {
  t.equal(dialable('010-1234-5678', 'KR', 'KR'), '01012345678');
  t.equal(dialable('112', 'KR', 'KR'), '112');
  t.equal(dialable('(212) 555-0100', 'US', 'KR'), '+12125550100');
  t.equal(dialable(' +49 30 123456 ', 'US', 'KR'), '+4930123456');
  t.equal(dialable('1-800-FLOWERS', 'US', 'KR'), '1-800-FLOWERS');
});

t.test('countries', async t => {
  t.equal(callingCode('KR'), '82');
  t.equal(callingCode('CA'), '1');
  t.equal(callingCode('XX'), undefined);
  t.equal(countryOf('8210', ['US', 'KR']), 'KR');
  t.equal(countryOf('1212', ['CA', 'US']), 'CA');
  t.equal(countryOf('49', ['US', 'KR']), undefined);
  t.equal(flag('KR'), '🇰🇷');
});
