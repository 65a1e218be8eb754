import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { emptyRtpPacket } from '../rtp/packet.js';
import { type Activity, ActivityWatch } from './activity.js';

const noRtpMs = 200;

t.test('while the process stands still nobody falls silent; who then sends nothing does', async t => {
  const told: Activity[] = [];
  const changes = new EventEmitter();
  const watch = new ActivityWatch({ silenceMs: 60_000, noRtpMs }, activity => {
    told.push(activity);
    changes.emit(activity);
  });
  t.teardown(() => watch.close());
  const hear = () => watch.hear(emptyRtpPacket(), 'PCMU', performance.now());
  hear();
  for (const until = performance.now() + 3 * noRtpMs; performance.now() < until; );
  // The watch's own timer is due before this one, and both before anything is read.
  await delay(1);
  hear();
  t.same(told, []);
  await once(changes, 'no_rtp');
  t.same(told, ['no_rtp']);
});
