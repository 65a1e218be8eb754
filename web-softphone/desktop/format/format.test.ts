import { findPhoneNumbersInText, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import t from 'tap';
import { formatCountdown, formatDuration, isoDuration, secondsLeft } from './duration.js';
import { linkOf } from './page.js';
import { numberSearchOf, phoneFormatOf, phoneReadingOf } from './phone.js';
import { formatMoment } from './time.js';

t.test('durations', async t => {
  t.equal(formatDuration(0), '0:00');
  t.equal(formatDuration(7_999), '0:07');
  t.equal(formatDuration(754_000), '12:34');
  t.equal(formatDuration(3_723_000), '1:02:03');
  t.equal(formatDuration(-5_000), '0:00', 'a clock that is a little behind');
  t.equal(isoDuration(754_400), 'PT754S');
});

t.test('seconds left are rounded up: 1 is shown until the very end', async t => {
  const until = '2026-01-01T00:00:10.000Z';
  const end = Date.parse(until);
  t.equal(secondsLeft(until, end - 10_000), 10);
  t.equal(secondsLeft(until, end - 1), 1);
  t.equal(secondsLeft(until, end), 0);
  t.equal(secondsLeft(until, end + 5_000), 0);
});

t.test('a countdown shows minutes as long as there are any', async t => {
  t.equal(formatCountdown(0), '0');
  t.equal(formatCountdown(59), '59');
  t.equal(formatCountdown(60), '1:00');
  t.equal(formatCountdown(120), '2:00');
  t.equal(formatCountdown(605), '10:05');
});

t.test('a number is national at home and international elsewhere', async t => {
  const format = phoneFormatOf(parsePhoneNumberFromString);
  t.equal(format('+821012345678', 'KR'), '010-1234-5678');
  t.equal(format('+821012345678', 'US'), '+82 10 1234 5678');
  t.equal(format('+14155550123', 'KR'), '+1 415 555 0123');
  t.equal(format('+821012345678', undefined), '+82 10 1234 5678');
  t.equal(format('not a number', 'KR'), 'not a number');
});

t.test('what is typed is read as a number of the home country', async t => {
  const read = phoneReadingOf(parsePhoneNumberFromString);
  t.equal(read('010-1234-5678', 'KR'), '+821012345678');
  t.equal(read('+1 415 555 0123', 'KR'), '+14155550123');
  for (const text of ['', '010', '119', 'Alex', '010-1234-5678 ext', '1'.repeat(40)])
    t.equal(read(text, 'KR'), null, text);
});

t.test('numbers are found in what people write', async t => {
  const find = numberSearchOf(findPhoneNumbersInText);
  t.same(find('Please call 010-1234-5678 after 6.', 'KR'), [
    { text: 'Please call ', e164: null },
    { text: '010-1234-5678', e164: '+821012345678' },
    { text: ' after 6.', e164: null },
  ]);
  t.same(find('order 2026-06-15', 'KR'), [{ text: 'order 2026-06-15', e164: null }]);
  t.same(find('', 'KR'), []);
});

t.test('a page is linked only when it is a page', async t => {
  t.same(linkOf('https://shop.example/a/b?utm=1#x'), {
    href: 'https://shop.example/a/b?utm=1#x',
    short: 'shop.example/a/b',
  });
  t.equal(linkOf('http://shop.example/')?.short, 'shop.example');
  for (const url of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'nonsense', '']) {
    t.equal(linkOf(url), null, url);
  }
});

t.test('a moment is as short as it can be understood', async t => {
  const at = (day: number, hour: number, year = 2026) => new Date(year, 5, day, hour, 5);
  const now = at(15, 14).getTime();
  const moment = (date: Date) => formatMoment(date.toISOString(), now, 'en-GB');
  t.equal(moment(at(15, 9)), '9:05');
  t.equal(moment(at(14, 9)), 'yesterday 9:05');
  t.match(moment(at(2, 9)), /2 June|2 Jun/);
  t.match(moment(at(2, 9, 2025)), /2025/);
});
