/** What a server does by itself when time has passed. It takes the time it takes: all at once, up to a minute and a half. */
import { sdp } from '../testing/peer.js';
import { answered, caller, expect, receive, reply } from '../testing/sipp-script.js';
import { onEachServer } from '../testing/stage.js';

const timed = (refresher: string) =>
  ({
    sdp: true,
    fields: [
      ['Supported', 'timer'],
      ['Session-Expires', `90;refresher=${refresher}`],
    ],
  }) as const;

onEachServer(async (t, stage) => {
  t.setTimeout(110_000);
  const reasons: string[] = [];
  const srf = await stage.application(t, {
    invite: async (req, res) => {
      const dialog = await srf.createUAS(req, res, { localSdp: sdp });
      (dialog as unknown as NodeJS.EventEmitter).on('destroy', (_, reason) => reasons.push(reason));
    },
  });
  const seconds = 105;
  await Promise.all([
    stage.call(
      t,
      // Nobody acknowledges.
      [caller.invites(), expect(100), answered(), receive('BYE', { Reason: 'ACK timeout' }), reply(200)],
      { seconds },
    ),
    stage.call(
      t,
      // The server refreshes.
      [
        ...[caller.invites(timed('uas')), expect(100)],
        answered({ 'Session-Expires': '90; *refresher=uas' }),
        caller.within('ACK', 1),
        receive('INVITE', { 'Session-Expires': '90', body: 'm=audio 40000' }),
        reply(200, { sdp: true, fields: [['Session-Expires', '90;refresher=uac']] }),
        receive('ACK'),
        ...[caller.within('BYE', 2), expect(200)],
      ],
      { seconds },
    ),
    stage.call(
      t,
      // The caller should refresh, and does not.
      [
        ...[caller.invites(timed('uac')), expect(100)],
        answered({ 'Session-Expires': '90; *refresher=uac' }),
        caller.within('ACK', 1),
        receive('BYE', { Reason: 'Session timer expired' }),
        reply(200),
      ],
      { seconds },
    ),
  ]);
  t.same(reasons, ['ACK timeout', 'normal release', 'Session timer expired']);
});
