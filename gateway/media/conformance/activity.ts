import type { Activity } from '../port.js';
import { answeredPhone, callerHz, end, next } from './legs.js';
import type { Suite } from './suite.js';

/** Silence, and no packets at all, are noticed; and so is their end. */
export function activity({ test }: Suite): void {
  test('packets that stop are noticed, and so are those that come again', ['activity'], async (t, server) => {
    const leg = await answeredPhone(server);
    leg.peer.mouth.speak(callerHz);
    await next(leg.endpoint, 'connected');
    const told: Activity[] = [];
    leg.endpoint.on('activity', activity => told.push(activity));
    await leg.endpoint.watchActivity({ silenceMs: 10_000, noRtpMs: 800 });
    leg.peer.mouth.close();
    while (told.at(-1) !== 'no_rtp') await next(leg.endpoint, 'activity');
    leg.peer.mouth.speak(callerHz);
    while (told.at(-1) !== 'sound') await next(leg.endpoint, 'activity');
    t.same(told.slice(-2), ['no_rtp', 'sound']);
    await end(leg);
  });

  test('sound, silence and missing packets are told apart', ['activity', 'silence'], async (t, server) => {
    const leg = await answeredPhone(server);
    leg.peer.mouth.speak(callerHz);
    const connected = next(leg.endpoint, 'connected');
    await connected;
    // A pause of this process is not to be taken for the end of its packets.
    await leg.endpoint.watchActivity({ silenceMs: 400, noRtpMs: 2_500 });
    const silent = next(leg.endpoint, 'activity');
    leg.peer.mouth.speak();
    t.same(await silent, ['silence']);
    const heard = next(leg.endpoint, 'activity');
    leg.peer.mouth.speak(callerHz);
    t.same(await heard, ['sound']);
    const gone = next(leg.endpoint, 'activity');
    leg.peer.mouth.close();
    t.same(await gone, ['no_rtp']);
    const back = next(leg.endpoint, 'activity');
    leg.peer.mouth.speak(callerHz);
    t.same(await back, ['sound']);
    await end(leg);
  });

  test('a phone that never says anything is noticed', ['activity'], async (t, server) => {
    const leg = await answeredPhone(server);
    await leg.endpoint.watchActivity({ silenceMs: 400, noRtpMs: 600 });
    t.same(await next(leg.endpoint, 'activity'), ['no_rtp']);
    await end(leg);
  });
}
