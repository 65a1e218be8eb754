/** Challenges to an application that has credentials. */
import { withStatus } from '../testing/harness.js';
import { sdp } from '../testing/peer.js';
import { callee, proven, receive, reply } from '../testing/sipp-script.js';
import { onEachServer, responseTo } from '../testing/stage.js';

const auth = { username: 'foo', password: 'bar' };

const challenge = (name: string, realm = 'example.com') =>
  ({
    fields: [[name, `Digest realm="${realm}", nonce="4cdbb733645816512687b83b36dfdb7a", algorithm=MD5`]],
  }) as const;

/** The answer to a challenge of a proxy. */
const credentials = { 'Proxy-Authorization': 'username="foo".*response="[0-9a-f]{32}"' };

const taken = [callee.answers(200, { sdp: true }), receive('ACK')];
const ended = [receive('BYE'), reply(200)];

onEachServer(async (t, stage) => {
  for (const [status, name] of [
    [401, 'WWW-Authenticate'],
    [407, 'Proxy-Authenticate'],
  ] as const) {
    await t.test(`an INVITE, by ${status}`, async t => {
      const phone = await stage.wait(t, [
        callee.rings(),
        callee.answers(status, challenge(name)),
        receive('ACK'),
        // sipp computes the digest of Authorization only.
        status === 401 ? callee.ringsProven(auth) : callee.rings(credentials),
        ...taken,
        ...ended,
      ]);
      const srf = await stage.application(t);
      const dialog = await srf.createUAC(phone.uri, { localSdp: sdp, auth });
      await dialog.destroy();
      await phone.done;
    });
  }

  await t.test('a re-INVITE', async t => {
    const phone = await stage.wait(t, [
      callee.rings(),
      ...taken,
      receive('INVITE'),
      reply(407, challenge('Proxy-Authenticate')),
      receive('ACK'),
      receive('INVITE', credentials),
      reply(200, { sdp: true }),
      receive('ACK'),
      ...ended,
    ]);
    const srf = await stage.application(t);
    const dialog = await srf.createUAC(phone.uri, { localSdp: sdp, auth });
    await dialog.modify('hold');
    await dialog.destroy();
    await phone.done;
  });

  await t.test('a BYE', async t => {
    const phone = await stage.wait(t, [
      callee.rings(),
      ...taken,
      receive('BYE'),
      reply(407, challenge('Proxy-Authenticate')),
      receive('BYE', credentials),
      reply(200),
    ]);
    const srf = await stage.application(t);
    const dialog = await srf.createUAC(phone.uri, { localSdp: sdp, auth });
    await dialog.destroy();
    await phone.done;
  });

  for (const realm of ['example.com', '']) {
    await t.test(`a REGISTER, realm "${realm}"`, async t => {
      const registrar = await stage.wait(t, [
        receive('REGISTER', { Contact: 'sip:foo@127.0.0.1:[0-9]+>;expires=3600' }),
        reply(401, challenge('WWW-Authenticate', realm)),
        proven('REGISTER', auth),
        reply(200),
      ]);
      const srf = await stage.application(t);
      const response = await responseTo(srf, registrar.uri, {
        method: 'REGISTER',
        headers: {
          To: 'sip:foo@example.com',
          From: 'sip:foo@example.com',
          Contact: '<sip:foo@localhost>;expires=3600',
        },
        auth,
      });
      t.equal(response.status, 200);
      await registrar.done;
    });
  }

  await t.test('a challenge without what it asks for', async t => {
    const phone = await stage.wait(t, [callee.rings(), callee.answers(407), receive('ACK')]);
    const srf = await stage.application(t);
    await t.rejects(srf.createUAC(phone.uri, { localSdp: sdp, auth }), withStatus(407));
    await phone.done;
  });
});
