/** Trunks that companies have of their own: calls over them, registrations, and who calls from them. */
import { randomUUID } from 'node:crypto';
import t, { type Test } from 'tap';
import { PeerCall, UdpPeer } from '../../engine/sip/testing/peer.js';
import { eventually } from '../../test/support/eventually.js';
import { sipServersUnderTest } from '../../test/support/sip-servers.js';
import { freeUdpPort, sipp } from '../../test/support/sipp.js';
import type { IncomingCall, Telephony } from './port.js';
import { addCompany, failure, type House, offer, openHouse, trunkPasswords } from './testing/house.js';
import { ownerOf } from './trunks/index.js';

const routes = "routes:\n  - prefix: '+'\n    trunks: [operators]\n";
const operators = (port: number) => `trunks:\n  - name: operators\n    address: sip:127.0.0.1:${port}\n`;

/** What an administrator does, as its event tells all gateways. */
async function administered({ sql }: House, tenantId: string): Promise<void> {
  await sql`insert into events (tenant_id, type, data) values (${tenantId}, 'administered', '{"kind": "trunk"}')`;
}

async function addTrunk(
  t: Test,
  house: House,
  { tenantId = house.agent.tenantId, name = 'carrier', password, ...settings }: Record<string, unknown>,
): Promise<string> {
  const id = randomUUID();
  const sealed =
    password === undefined ? null : trunkPasswords.seal(String(password), ownerOf(String(tenantId), id));
  await house.sql`
    insert into tenant_trunks (id, tenant_id, name, settings, password)
    values (${id}, ${String(tenantId)}, ${String(name)}, ${house.sql.json(settings as never)}, ${sealed})`;
  t.teardown(async () => {
    await house.sql`delete from tenant_trunks where id = ${id}`;
    await administered(house, String(tenantId));
  });
  await administered(house, String(tenantId));
  return id;
}

/** Resolves when a gateway knows so many trunks of companies. */
async function known(telephony: Telephony, count: number): Promise<void> {
  await eventually('the trunks are known', async () => {
    const states = await telephony.trunks();
    return states.filter(({ id }) => id !== null).length === count;
  });
  await telephony.readTrunks();
}

for (const sipServer of sipServersUnderTest()) {
  t.test(`on the ${sipServer.name} SIP server`, async t => {
    const house = await openHouse(t, sipServer);
    const { sql, telephony, agent, callPhone: call } = house;

    await t.test(
      'a call goes over it by its account, from every gateway, and no other company’s does',
      async t => {
        const other = await house.again();
        const telco = await sipp(t, 'uas-busy', { calls: 2 });
        house.setDialplan(operators(telco.port), routes);
        const carrier = await sipp(t, 'uas-digest', {
          calls: 2,
          keys: { username: 'shop', password: 'secret' },
        });
        const own = { address: `sip:127.0.0.1:${carrier.port}`, username: 'shop', password: 'secret' };
        await addTrunk(t, house, own);
        for (const gateway of [telephony, other]) {
          await known(gateway, 1);
          await (await call({}, gateway)).end();
        }
        await carrier.done;
        const bakery = await addCompany(sql, 'bakery', '+82215770001');
        t.match(await failure(call({ tenantId: bakery, callerId: '+82215770001' })), { outcome: 'busy' });
        t.match(await failure(call({ operatorOnly: true })), { outcome: 'busy' }, 'what proves a number');
        await telco.done;
        await other.stop();
      },
    );

    await t.test('where it fails, the operator’s is next, if the company wants that', async t => {
      const carrier = await sipp(t, 'uas-busy', {
        calls: 2,
        replace: { '486 Busy Here': '503 Service Unavailable' },
      });
      const telco = await sipp(t, 'uas-answer');
      house.setDialplan(operators(telco.port), routes);
      await addTrunk(t, house, { address: `sip:127.0.0.1:${carrier.port}` });
      await known(telephony, 1);
      await (await call()).end();
      await telco.done;
      await sql`update tenants set operator_trunks = false where id = ${agent.tenantId}`;
      await telephony.readTrunks();
      t.match(await failure(call()), { outcome: 'unreachable', sipStatus: 503 });
      await carrier.done;
      await sql`update tenants set operator_trunks = true where id = ${agent.tenantId}`;
    });

    await t.test('one that cannot be used stops no other', async t => {
      const carrier = await sipp(t, 'uas-answer');
      house.setDialplan('trunks: []', 'routes: []');
      // As if the key had been lost.
      const id = await addTrunk(t, house, {
        name: 'lost',
        address: 'sip:127.0.0.1:9',
        username: 'a',
        password: 'b',
      });
      await sql`update tenant_trunks set password = '\\x00' where id = ${id}`;
      await addTrunk(t, house, { address: `sip:127.0.0.1:${carrier.port}` });
      await known(telephony, 2);
      await (await call()).end();
      await carrier.done;
      t.rejects(telephony.testTrunk(agent.tenantId, id), { code: 'trunk_password_missing' });
    });

    await t.test('asking it', async t => {
      const there = await sipp(t, 'uas-options');
      const id = await addTrunk(t, house, { name: 'there', address: `sip:127.0.0.1:${there.port}` });
      t.match(await telephony.testTrunk(agent.tenantId, id), { answered: true, status: 200, reason: 'OK' });
      await there.done;
      const nobody = await addTrunk(t, house, {
        name: 'gone',
        address: `sip:127.0.0.1:${await freeUdpPort()};transport=tls`,
      });
      t.match(await telephony.testTrunk(agent.tenantId, nobody), {
        answered: false,
        status: null,
        reason: 'not_sent',
      });
      t.equal(await telephony.testTrunk(house.agent.userId, id), undefined, 'of another company');
    });

    await t.test('registered as long as it is in use; a new line has a contact of its own', async t => {
      const keys = { username: 'shop', password: 'secret' };
      const registrar = await sipp(t, 'uas-register', { keys });
      const settings = {
        address: `sip:127.0.0.1:${registrar.port}`,
        username: 'shop',
        registerSeconds: 3600,
      };
      const id = await addTrunk(t, house, { ...settings, password: 'secret' });
      await registrar.done;
      const state = async () => (await telephony.trunks(agent.tenantId)).find(one => one.id === id);
      await eventually('it is registered', async () => (await state())?.registered);
      const contact = async () => {
        const [row] = await sql<{ user: string }[]>`
          select contact_user as user from trunks t join tenant_trunks l on t.name = 'own:' || l.line where l.id = ${id}`;
        return row?.user;
      };
      const first = await contact();
      t.match(first, /^[0-9a-f]{32}$/);

      // Into the scenario's text: sipp takes no key in a regular expression.
      const taken = await sipp(t, 'uas-unregister', {
        port: registrar.port,
        replace: { '[contact]': String(first) },
      });
      await sql`update tenant_trunks set disabled_at = now(), version = version + 1 where id = ${id}`;
      await administered(house, agent.tenantId);
      await taken.done;
      t.match(await state(), { registered: false });

      const again = await sipp(t, 'uas-register', { keys });
      await sql`
        update tenant_trunks set disabled_at = null, version = version + 1, line = gen_random_uuid(),
          settings = settings || ${sql.json({ address: `sip:127.0.0.1:${again.port}` })} where id = ${id}`;
      await administered(house, agent.tenantId);
      await again.done;
      await eventually('it is registered again', async () => (await state())?.registered);
      t.not(await contact(), first);
    });

    await t.test('who calls from it calls its company', async t => {
      house.setDialplan('trunks: []', 'routes: []');
      const [shop, florist] = [agent.tenantId, await addCompany(sql, 'florist', '+82215770002')];
      // Two customers of one carrier.
      const settings = { address: 'sip:127.0.0.1:9', sources: ['127.0.0.2'], country: 'KR' };
      await addTrunk(t, house, { ...settings, tenantId: shop });
      await addTrunk(t, house, { ...settings, tenantId: florist, name: 'line' });
      await known(telephony, 2);
      const calls: IncomingCall[] = [];
      telephony.onIncoming(call => {
        calls.push(call);
        call.refuse('not_served');
      });
      const peer = await UdpPeer.open({ host: '127.0.0.1', port: house.server.udpPort }, 0, '127.0.0.2');
      const stranger = await UdpPeer.open({ host: '127.0.0.1', port: house.server.udpPort }, 0, '127.0.0.3');
      for (const one of [peer, stranger]) t.teardown(() => one.close());
      const ring = async (from: UdpPeer, number: string, status: number) => {
        const call = new PeerCall(from, `sip:${number}@127.0.0.1`);
        call.invite([], offer);
        call.ackFailure(await from.response(status, 'INVITE'));
      };
      await ring(peer, '+82215770002', 480);
      t.match(calls.pop(), { trunk: 'line', tenantId: florist, number: '+82215770002' });
      await ring(peer, '0212345678', 480);
      t.match(calls.pop(), { trunk: 'carrier', tenantId: shop, number: '+82212345678' });
      await ring(stranger, '+82215770002', 403);
      t.same(calls, []);
      // What the operator knows by that address is his, whatever companies say.
      house.setDialplan('trunks:\n  - name: operators\n    address: sip:127.0.0.2\n', 'routes: []');
      await ring(peer, '+82215770002', 480);
      t.match(calls.pop(), { trunk: 'operators', tenantId: undefined });
    });
  });
}
