import t from 'tap';
import { sipServersUnderTest } from '../../test/support/sip-servers.js';
import { sipp } from '../../test/support/sipp.js';
import { offer, openHouse } from './testing/house.js';

for (const sipServer of sipServersUnderTest()) {
  t.test(`on the ${sipServer.name} SIP server`, async t => {
    const { telephony } = await openHouse(t, sipServer);
    const invitation = (port: number, signal = new AbortController().signal) => ({
      uri: `sip:gw+rtp@127.0.0.1:${port}`,
      from: 'gateway',
      headers: { 'X-Ringbridge-Owner': 'gateway' },
      signal,
    });

    t.test('a server of ours is offered a session', async t => {
      const server = await sipp(t, 'uas-answer');
      const dialog = await telephony.inviteServer({ ...invitation(server.port), offer });
      t.match(dialog.remoteSdp, /m=audio/);
      await dialog.end();
      await server.done;
    });

    t.test('a server of ours makes the offer, and waits for the answer', async t => {
      const server = await sipp(t, 'uas-late-offer');
      const offered = await telephony.inviteServerToOffer(invitation(server.port));
      t.match(offered.offer, /m=audio/);
      const dialog = await offered.answer(offer);
      t.equal(dialog.callId, offered.callId);
      await dialog.end();
      await server.done;
    });

    t.test('an offer that nobody wants any more is acknowledged and ended', async t => {
      const server = await sipp(t, 'uas-late-offer', { replace: { 'm=audio 40000': 'm=audio' } });
      await (await telephony.inviteServerToOffer(invitation(server.port))).abandon();
      await server.done;
    });

    t.test('an offer that comes too late is ended, too', async t => {
      const server = await sipp(t, 'uas-late-offer', { replace: { 'm=audio 40000': 'm=audio' } });
      const controller = new AbortController();
      const offered = telephony.inviteServerToOffer(invitation(server.port, controller.signal));
      controller.abort();
      await t.rejects(offered, { name: 'CallFailure', outcome: 'cancelled' });
      await server.done;
    });

    t.test('a server that refuses', async t => {
      for (const call of [
        (port: number) => telephony.inviteServer({ ...invitation(port), offer }),
        (port: number) => telephony.inviteServerToOffer(invitation(port)),
      ]) {
        const server = await sipp(t, 'uas-busy');
        await t.rejects(call(server.port) as Promise<unknown>, { name: 'CallFailure', sipStatus: 486 });
        await server.done;
      }
    });
  });
}
