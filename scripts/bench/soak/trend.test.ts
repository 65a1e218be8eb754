import t from 'tap';
import { trend } from './trend.js';

const looks = (values: number[]) =>
  values.map(memoryMB => ({ memoryMB, descriptors: 10, sockets: 5, threads: 4 }));

t.test('what goes up and down is flat', async t => {
  t.match(trend(looks([100, 104, 98, 103, 99, 105]), 'memoryMB'), { early: 104, late: 105, flat: true });
  t.match(trend(looks([100, 104, 98]), 'sockets'), { early: 5, late: 5, flat: true });
});

t.test('what goes up only is not', async t => {
  t.match(trend(looks([100, 110, 120, 130, 140, 150]), 'memoryMB'), { flat: false });
});
