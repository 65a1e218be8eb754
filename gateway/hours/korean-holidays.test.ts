import t from 'tap';
import { koreanHolidays, koreanYears } from './korean-holidays.js';
import { publicHoliday } from './public-holidays.js';

function days(year: number): string {
  return (koreanHolidays(year) ?? []).map(({ day }) => day.slice(5)).join(' ');
}

t.test('the years that the government has published', async t => {
  // With a substitute for Children's Day and Buddha's Birthday on one Monday, and the decreed 27 January.
  t.equal(
    days(2025),
    '01-01 01-27 01-28 01-29 01-30 03-01 03-03 05-05 05-05 05-06 06-03 06-06 08-15 10-03 10-05 10-06 10-07 10-08 10-09 12-25',
  );
  // Labor Day and Constitution Day are holidays from this year on.
  t.equal(
    days(2026),
    '01-01 02-16 02-17 02-18 03-01 03-02 05-01 05-05 05-24 05-25 06-03 06-06 07-17 08-15 08-17 09-24 09-25 09-26 10-03 10-05 10-09 12-25',
  );
  t.equal(
    days(2027),
    '01-01 02-06 02-07 02-08 02-09 03-01 05-01 05-03 05-05 05-13 06-06 07-17 07-19 08-15 08-16 09-14 09-15 09-16 10-03 10-04 10-09 10-11 12-25 12-27',
  );
});

t.test('what coincides is made up for once, on the first free day', async t => {
  t.match(days(2028), '10-02 10-03 10-03 10-04 10-05', 'Chuseok on National Foundation Day');
  t.match(days(2029), '09-21 09-22 09-23 09-24', 'a Sunday within Chuseok');
  t.match(days(2030), '02-02 02-03 02-04 02-05', 'a Sunday within Seollal');
  t.notOk(days(2029).includes('09-25'), 'a Saturday within Chuseok is not made up for');
});

t.test('the lunar days are those of the Korean calendar, which is not always the Chinese one', async t => {
  const format = new Intl.DateTimeFormat('en-u-ca-dangi', {
    timeZone: 'UTC',
    month: 'numeric',
    day: 'numeric',
  });
  const named: Record<string, string> = { '1/1': 'Seollal', '4/8': 'Buddha’s Birthday', '8/15': 'Chuseok' };
  for (const year of koreanYears) {
    const expected: string[] = [];
    for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 1, 0, 1); day += 86_400_000) {
      const name = named[format.format(day)];
      if (name) expected.push(`${new Date(day).toISOString().slice(0, 10)} ${name}`);
    }
    const ours = (koreanHolidays(year) ?? []).flatMap(({ day, name }) =>
      Object.values(named).includes(name.en) ? [`${day} ${name.en}`] : [],
    );
    t.same(ours, expected, String(year));
  }
  t.equal(publicHoliday('KR', '2027-02-07')?.name.ko, '설날', 'a day after the Chinese New Year');
});

t.test('a year that is not known has no holidays, rather than wrong ones', async t => {
  t.equal(koreanHolidays(2024), undefined);
  t.equal(publicHoliday('KR', '2036-01-01'), undefined);
});
