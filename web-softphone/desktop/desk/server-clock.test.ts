import t from 'tap';
import { ServerClock } from './server-clock.js';

t.test('follows a server whose clock differs, by the quickest answer', async t => {
  const local = 1_000_000;
  const clock = new ServerClock(() => local);
  t.equal(clock.now(), local, 'before the first answer, the machine is believed');

  clock.observe(local + 60_000, 100, 300);
  t.equal(clock.now(), local + 60_000 + 500 + 100);

  clock.observe(local + 90_000, 100, 900);
  t.equal(clock.now(), local + 60_600, 'a slower answer knows less');

  clock.observe(local + 30_000, 100, 120);
  t.equal(clock.now(), local + 30_510);
});

t.test('does not correct what may be the rounding of the header', async t => {
  const local = 1_000_000;
  const clock = new ServerClock(() => local);
  clock.observe(local - 900, 0, 40);
  t.equal(clock.now(), local);
});
