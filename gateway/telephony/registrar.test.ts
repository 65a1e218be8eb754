import t from 'tap';
import { sipServersUnderTest } from '../../test/support/sip-servers.js';
import { sipp } from '../../test/support/sipp.js';
import { domain, loginOf, openHouse } from './testing/house.js';
import { Softphone } from './testing/softphone.js';

const wrong = { username: '0123456789abcdef01234567', password: 'wrong', domain };

/** What an onlooker could tell two answers apart by: everything but the identifiers. */
const shape = (text: string) =>
  text.replace(/^(Via|From|To|Call-ID|CSeq|Date):.*$/gim, '$1').replace(/nonce="[^"]+"/, 'nonce');

for (const sipServer of sipServersUnderTest()) {
  t.test(`on the ${sipServer.name} SIP server`, async t => {
    const house = await openHouse(t, sipServer);
    const { telephony, agent, colleague, server, sql } = house;
    const { tenantId, userId } = agent;

    t.test('a softphone registers, refreshes and leaves', async t => {
      const credential = await telephony.issueCredential(agent);
      t.equal(credential.uri, `sip:${credential.username}@${domain}`);
      t.notOk(JSON.stringify(await sql`select * from softphone_credentials`).includes(credential.password));
      const phone = await Softphone.open(server.wsPort);
      const login = loginOf(credential);

      const registered = await phone.register(login);
      t.equal(registered.status, 200);
      t.match(registered.header('Contact'), `<${phone.contact}>;expires=120`);
      t.equal(await telephony.softphoneOf(tenantId, userId), 'webrtc');
      t.equal((await phone.register(login)).status, 200, 'refresh');
      t.equal(
        (await phone.register(login, { contact: '' })).header('Contact'),
        registered.header('Contact'),
        'query',
      );

      t.equal((await phone.register(login, { contact: '*', expires: 0 })).status, 200);
      t.equal(await telephony.softphoneOf(tenantId, userId), undefined);
      t.same(await house.events(agent), [
        { type: 'softphone_registered', data: { transport: 'ws' } },
        { type: 'softphone_unregistered', data: { reason: 'unregistered' } },
      ]);
      t.same(house.changes, [`${tenantId}/${userId}`, `${tenantId}/${userId}`]);
      phone.drop();
    });

    t.test('who is refused cannot tell why', async t => {
      const login = loginOf(await telephony.issueCredential(agent));
      const other = loginOf(await telephony.issueCredential(colleague));
      const phone = await Softphone.open(server.wsPort);
      const unknown = await phone.sendRegister(wrong);
      const known = await phone.sendRegister(login);
      t.equal(known.status, 401);
      t.equal(shape(unknown.text), shape(known.text), 'the same challenge');

      const refusals = [
        await phone.register(wrong),
        await phone.register({ ...login, password: 'wrong' }),
        await phone.register(login, { addressOfRecord: `sip:${other.username}@${domain}` }),
        await phone.register(login, { addressOfRecord: `sip:${login.username}@elsewhere.example` }),
      ];
      for (const refusal of refusals) {
        t.equal(refusal.status, 403);
        t.equal(shape(refusal.text), shape(refusals[0]!.text), 'the same refusal');
      }
      t.same(await sql`select * from registrations`, []);
      phone.drop();
    });

    t.test('a credential ends with its time, its successor, and its session', async t => {
      const phone = await Softphone.open(server.wsPort);
      const replaced = loginOf(await telephony.issueCredential(agent));
      const expired = loginOf(await telephony.issueCredential(agent));
      t.equal((await phone.register(replaced)).status, 403, 'replaced');
      await sql`update softphone_credentials set expires_at = now() where username = ${expired.username}`;
      t.equal((await phone.register(expired)).status, 403, 'expired');

      const live = loginOf(await telephony.issueCredential(agent));
      t.equal((await phone.register(live)).status, 200);
      await telephony.revokeCredential(agent);
      t.equal(await telephony.softphoneOf(tenantId, userId), undefined, 'gone with the logout');
      t.same((await house.events(agent)).at(-1), {
        type: 'softphone_unregistered',
        data: { reason: 'logged_out' },
      });
      t.equal((await phone.register(live)).status, 403);

      const orphan = loginOf(await telephony.issueCredential(colleague));
      t.equal((await phone.register(orphan)).status, 200);
      await sql`delete from sessions where id = ${colleague.sessionId}`;
      t.equal(await telephony.softphoneOf(tenantId, colleague.userId), undefined, 'gone with the session');
      t.equal((await phone.register(orphan)).status, 403);
      await t.rejects(telephony.issueCredential(colleague), { name: 'SessionOverError' });
      phone.drop();
    });

    t.test('what a REGISTER may ask', async t => {
      const login = loginOf(await telephony.issueCredential(agent));
      const phone = await Softphone.open(server.wsPort);
      const brief = await phone.register(login, { expires: 5 });
      t.equal(brief.status, 423);
      t.equal(brief.header('Min-Expires'), '30');
      t.match((await phone.register(login, { expires: 86_400 })).header('Contact'), /expires=600/);
      t.equal((await phone.register(login, { contact: '<sip:a@10.0.0.1;transport=udp>' })).status, 403);
      t.equal((await phone.register(login, { contact: '<tel:+8210>' })).status, 400);

      const callId = 'one-call-id';
      t.equal((await phone.register(login, { callId, cseq: 11 })).status, 200);
      t.equal((await phone.register(login, { callId, cseq: 11 })).status, 500, 'CSeq has to grow');
      t.equal((await phone.register(login, { callId, cseq: 9, expires: 0 })).status, 500);
      t.equal(await telephony.softphoneOf(tenantId, userId), 'webrtc');

      for (const name of ['a', 'b', 'c', 'd']) {
        const last = await phone.register(login, { contact: `<sip:${name}@x.invalid;transport=ws>` });
        t.equal(last.status, 200);
        if (name === 'd') t.equal(last.headers('Contact').join().split(',').length, 3, 'no more than three');
      }
      const rows = await sql<{ contact: string }[]>`select contact from registrations order by contact`;
      t.same(
        rows.map(({ contact }) => contact),
        ['b', 'c', 'd'].map(name => `sip:${name}@x.invalid;transport=ws`),
        'the newest',
      );
      t.equal((await phone.register(login, { contact: '*', expires: 0 })).status, 200);
      phone.drop();
    });

    t.test('a credential is good for its own challenge, once', async t => {
      const login = loginOf(await telephony.issueCredential(agent));
      const phone = await Softphone.open(server.wsPort);
      const challenge = await phone.sendRegister(login);
      t.equal((await phone.sendRegister(login, {}, challenge)).status, 200);
      const replay = await phone.sendRegister(login, {}, challenge);
      t.equal(replay.status, 401);
      t.match(replay.header('WWW-Authenticate'), /stale=true/);
      t.equal((await phone.register(login, { contact: '*', expires: 0 })).status, 200);
      phone.drop();
    });

    t.test('nobody can tell us that the connection of another is gone', async t => {
      const login = loginOf(await telephony.issueCredential(agent));
      const phone = await Softphone.open(server.wsPort);
      const stranger = await Softphone.open(server.wsPort);
      t.equal((await phone.register(login)).status, 200);
      await stranger.sendRegister(login, {
        contact: `<${phone.contact}>`,
        expires: 0,
        headers: ['X-Ringbridge-Flow: closed'],
      });
      t.equal(await telephony.softphoneOf(tenantId, userId), 'webrtc');
      t.equal((await phone.register(login, { contact: '*', expires: 0 })).status, 200);
      phone.drop();
      stranger.drop();
    });

    t.test('a softphone over UDP', async t => {
      const { username, password } = await telephony.issueCredential(agent);
      const keys = { username, domain, expires: '60' };
      const args = ['-au', username, '-ap', password, '-auth_uri', domain];
      const remote = `127.0.0.1:${server.udpPort}`;
      await (await sipp(t, 'register', { keys, args, remote })).done;
      t.equal(await telephony.softphoneOf(tenantId, userId), 'rtp');
      await telephony.revokeCredential(agent);
    });

    if (server.tellsFlows) {
      t.test('a binding goes with its connection', async t => {
        const login = loginOf(await telephony.issueCredential(agent));
        const phone = await Softphone.open(server.wsPort);
        t.equal((await phone.register(login)).status, 200);
        const gone = new Promise<void>(resolve => {
          house.changes.push = (...items) => {
            resolve();
            return Array.prototype.push.apply(house.changes, items);
          };
        });
        phone.drop();
        await gone;
        t.equal(await telephony.softphoneOf(tenantId, userId), undefined);
        t.same((await house.events(agent)).at(-1), {
          type: 'softphone_unregistered',
          data: { reason: 'flow_closed' },
        });
      });
    }

    t.test('who guesses is put off, without being looked up', async t => {
      const phone = await Softphone.open(server.wsPort);
      const statuses = new Set<number>();
      for (let guess = 0; guess < 40 && !statuses.has(503); guess++) {
        statuses.add((await phone.register({ ...wrong, username: `guess-${guess}` })).status);
      }
      t.same([...statuses], [403, 503]);
      phone.drop();
    });
  });
}
