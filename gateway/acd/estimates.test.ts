import t from 'tap';
import { estimateWait, type QueueLoad } from './estimates.js';

t.test('the estimate is the work before one, divided among those on duty', async t => {
  const cases: [position: number, load: Omit<QueueLoad, 'waiting'>, seconds: number | null, why: string][] = [
    [1, { agents: 0, free: 0, aht: 240 }, null, 'nobody on duty: nobody can know'],
    [1, { agents: 2, free: 1, aht: 240 }, 0, 'somebody is free'],
    [2, { agents: 2, free: 2, aht: 240 }, 0, 'also for the second'],
    [1, { agents: 1, free: 0, aht: 240 }, 240, 'one agent, one before the end of his call'],
    [4, { agents: 2, free: 0, aht: 100 }, 200, 'four in front of two agents'],
    [3, { agents: 2, free: 1, aht: 100 }, 100, 'one free agent takes the first'],
    [1, { agents: 3, free: 0, aht: 100 }, 34, 'rounded up'],
  ];
  for (const [position, load, seconds, why] of cases)
    t.equal(estimateWait(position, { waiting: position, ...load }), seconds, why);
});
