/** Requests outside any dialog, in both directions. */
import { caller, expect, receive, reply } from '../testing/sipp-script.js';
import { onEachServer, responseTo } from '../testing/stage.js';

onEachServer(async (t, stage) => {
  for (const method of ['OPTIONS', 'REGISTER', 'INFO', 'NOTIFY', 'PUBLISH']) {
    await t.test(`${method} is answered by the application`, async t => {
      await stage.application(t, {
        [method.toLowerCase()]: (req, res) =>
          res.send(200, { headers: { 'X-Echo': req.get('X-Said'), 'X-Method': req.method } }),
      });
      await stage.call(t, [
        caller.asks(method, { fields: [['X-Said', 'something']] }),
        expect(200, { 'X-Echo': 'something', 'X-Method': method, To: 'tag=' }),
      ]);
    });
  }

  for (const method of ['OPTIONS', 'MESSAGE', 'INFO', 'PUBLISH']) {
    await t.test(`${method} of the application is answered`, async t => {
      const peer = await stage.wait(t, [
        receive(method, { To: 'sip:callee@', 'Max-Forwards': '70', 'X-Said': 'something' }),
        reply(200, { fields: [['X-Echo', 'heard']] }),
      ]);
      const srf = await stage.application(t);
      const response = await responseTo(srf, peer.uri, { method, headers: { 'X-Said': 'something' } });
      t.equal(response.status, 200);
      t.equal(response.get('X-Echo'), 'heard');
      await peer.done;
    });
  }

  await t.test('nobody is there for it', async t => {
    await stage.call(t, [caller.invites(), expect(100), expect(503), caller.acknowledgesRefusal()]);
  });

  await t.test('a call that is not there', async t => {
    await stage.application(t, { invite: (_, res) => res.send(486) });
    await stage.call(t, [caller.asks('BYE', { fields: [] }), expect(481)]);
  });
});
