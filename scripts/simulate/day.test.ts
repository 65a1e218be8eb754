import { readFileSync } from 'node:fs';
import t from 'tap';
import { checkDay, type Day, DayError, daySchemaText, readDay } from './day.js';

const days = 'scripts/simulate/days';

t.test('the days of the repository are days, and their schema is the one they are checked by', async t => {
  t.ok(readDay(`${days}/office.json`));
  const busy = readDay(`${days}/busy.json`);
  t.equal(
    busy.agents.reduce((sum, { count }) => sum + count, 0),
    500,
  );
  const hours = ({ from, to }: { from: string; to: string }) =>
    Number(to.slice(0, 2)) - Number(from.slice(0, 2));
  const asked = busy.customers.flatMap(({ arrivals }) => arrivals.map(span => span.perHour * hours(span)));
  t.equal(
    asked.reduce((sum, count) => sum + count, 0),
    100_000,
  );
  t.equal(readFileSync(`${days}/day.schema.json`, 'utf8'), daySchemaText());
});

t.test('what is wrong with a day is said where it is, all of it at once', async t => {
  const day = () => structuredClone(readDay(`${days}/office.json`));
  const faults = (change: (day: Day) => void): string => {
    const changed = day();
    change(changed);
    try {
      checkDay(changed, 'my.json');
      return 'none';
    } catch (error) {
      if (error instanceof DayError) return error.message;
      throw error;
    }
  };
  t.match(
    faults(({ customers }) => {
      customers[0]!.answers = 2;
      Object.assign(customers[1]!, { colour: 'red' });
    }),
    /^my\.json: \/customers\/0\/answers must be <= 1 \(How many.*\nmy\.json: \/customers\/1 does not know "colour"$/,
  );
  t.match(
    faults(({ agents }) => {
      agents[0]!.queues = ['nobody'];
      agents[1]!.shift.to = '08:00';
    }),
    /there is no queue "nobody"\nmy\.json: the time from 09:00 to 08:00 ends before it begins/,
  );
  t.match(
    faults(({ agents }) => {
      agents[0]!.breaks![0]!.to = '19:00';
    }),
    /the break from 12:00 to 19:00 is not within its shift/,
  );
  t.match(
    faults(day => {
      day.date = '2026-13-40';
    }),
    /2026-13-40 is no day of the calendar/,
  );
  t.throws(() => readDay(`${days}/none.json`), { name: 'DayError', message: /cannot be read as JSON/ });
});
