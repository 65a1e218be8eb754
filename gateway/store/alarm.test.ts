import { mock } from 'node:test';
import { test } from 'tap';
import { Alarm } from './alarm.js';

test('an alarm goes off at the nearest moment asked for, and once', t => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  t.teardown(() => mock.timers.reset());
  let rung = 0;
  const alarm = new Alarm(() => {
    rung++;
  });

  alarm.within(250);
  alarm.within(15);
  mock.timers.tick(14);
  t.equal(rung, 0);
  mock.timers.tick(1);
  t.equal(rung, 1, 'what is urgent does not wait for what is not');
  mock.timers.tick(1000);
  t.equal(rung, 1, 'the later wish was served with it');

  alarm.within(15);
  alarm.within(250);
  mock.timers.tick(15);
  t.equal(rung, 2);

  alarm.within(15);
  alarm.clear();
  mock.timers.tick(1000);
  t.equal(rung, 2);
  alarm.within(250);
  mock.timers.tick(250);
  t.equal(rung, 3, 'it can be asked again');
  t.end();
});
