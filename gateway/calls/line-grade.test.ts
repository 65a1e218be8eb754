import t from 'tap';
import type { EndpointStatistics } from '../media/index.js';
import { GradeFollower, gradeBetween } from './line-grade.js';

const quiet: EndpointStatistics = {
  codec: 'PCMA',
  packetsSent: 0,
  packetsReceived: 0,
  packetsLost: 0,
  packetsFromStrangers: 0,
  jitterMs: 2,
  roundTripMs: 20,
  sentLost: 0,
  sentJitterMs: 2,
  mosReceived: null,
  mosSent: null,
};

/** Five more seconds of a call, of which so many packets in a hundred were lost on the way in and out. */
function after(before: EndpointStatistics, { lost = 0, sentLost = 0, jitterMs = 2, roundTripMs = 20 } = {}) {
  return {
    ...before,
    packetsSent: before.packetsSent + 250,
    packetsReceived: before.packetsReceived + 250 - lost * 2.5,
    packetsLost: before.packetsLost + lost * 2.5,
    sentLost: (before.sentLost ?? 0) + sentLost * 2.5,
    jitterMs,
    roundTripMs,
  };
}

t.test('the worse of both directions counts, and only what is new', async t => {
  const hour = { ...quiet, packetsSent: 180_000, packetsReceived: 180_000 };
  t.equal(gradeBetween(hour, after(hour)), 'good');
  t.equal(gradeBetween(hour, after(hour, { lost: 20 })), 'poor', 'a bad moment after a good hour');
  t.equal(gradeBetween(hour, after(hour, { sentLost: 20 })), 'poor', 'also on the way out');
  t.equal(gradeBetween(hour, after(hour, { roundTripMs: 900 })), 'fair', 'a long way is felt');
  t.equal(gradeBetween(hour, { ...after(hour), packetsReceived: hour.packetsReceived }), 'silent');
  const unreported = { ...after(hour), sentLost: null };
  t.equal(gradeBetween(hour, unreported), 'good', 'what nobody has reported is not held against it');
});

t.test('worse is told at once, better when it lasts', async t => {
  const follower = new GradeFollower();
  let now = quiet;
  const look = (what?: Parameters<typeof after>[1]) => {
    now = after(now, what);
    return follower.look(now);
  };
  t.equal(look(), false);
  t.equal(follower.grade, undefined, 'one look tells nothing');
  t.equal(look(), false, 'that it begins well is no news');
  t.equal(follower.grade, 'good');
  t.equal(look({ lost: 20 }), true);
  t.equal(follower.grade, 'poor');
  t.equal(look(), false, 'it may have been a breath');
  t.equal(look({ lost: 20 }), false);
  t.equal(look(), false);
  t.equal(look(), true, 'twice good is good');
  t.equal(follower.grade, 'good');
});
