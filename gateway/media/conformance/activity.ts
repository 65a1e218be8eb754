import { answeredPhone, callerHz, end, next } from './legs.js';
import type { Suite } from './suite.js';

/** Silence, and no packets at all, are noticed; and so is their end. */
export function activity({ test }: Suite): void {
  test('sound, silence and missing packets are told apart', ['activity'], async (t, server) => {
    const leg = await answeredPhone(server);
    leg.peer.mouth.speak(callerHz);
    const connected = next(leg.endpoint, 'connected');
    await connected;
    await leg.endpoint.watchActivity({ silenceMs: 400, noRtpMs: 800 });
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
