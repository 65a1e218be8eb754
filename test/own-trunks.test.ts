/** A company brings its own carrier: made, changed, disabled and removed by its administrator, while everything runs. */
import t from 'tap';
import { hashPassword } from '../gateway/tenants/password.js';
import { Administrator } from './support/administrator.js';
import { eventually } from './support/eventually.js';
import { companyNumber, flowIs, uploadTones } from './support/flows.js';
import { RobotAgent } from './support/robot-agent.js';
import { freeUdpPort, sipp } from './support/sipp.js';
import { demoPassword, leftOver, nextNumber, nothing, startStack } from './support/stack.js';
import { ask, handset, pickUp, tones } from './support/talk.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(300_000);
t.teardown(endWebRtc);

/** The carrier's other address: that of the operator's trunk is 127.0.0.1. */
const carrierHost = '127.0.0.2';
const password = 'a-secret-of-the-carrier';
const bakeryNumber = '+82215770001';

t.test('a company’s own trunk', async t => {
  const stack = await startStack(t, { env: { RINGBRIDGE_PRIVATE_TRUNKS: 'true' } });
  const { api, sql, sipUdpPort } = stack;
  const other = await stack.addGateway();
  await sql`update queues set wrap_up_seconds = 1`;
  await sql`
    with tenant as (
      insert into tenants (slug, name, countries, caller_id) values ('bakery', 'Bakery', '{KR}', ${bakeryNumber}) returning id
    ), number as (
      insert into tenant_numbers (tenant_id, number, verified_at) select id, ${bakeryNumber}, now() from tenant
    )
    insert into users (tenant_id, email, name, role, password_hash)
    select id, 'boss@bakery.example', 'Boss', 'admin', ${await hashPassword(demoPassword)} from tenant`;
  const admin = new Administrator(api, await api.signIn('admin@demo.example', demoPassword));
  const bakery = new Administrator(api, await api.signIn('boss@bakery.example', demoPassword));
  const own = async () => await admin.find('trunks', { name: 'carrier' });
  const change = async (fields: object) => {
    const { id, version } = await own();
    return await admin.ask('PATCH', `/trunks/${id}`, { version, ...fields });
  };
  const carrierPort = await freeUdpPort();

  /** A call by an agent of this gateway; resolves when both have heard each other, and it is over. */
  async function talkOver(port: number, from = api) {
    const agent = await RobotAgent.signIn(t, from, 'agent1@demo.example', demoPassword);
    await agent.setState('ready');
    const customer = await handset(t, port, tones.customer);
    const { status, body } = await ask(agent, 'POST', '/calls', { to: { number: nextNumber() } });
    t.equal(status, 201);
    const desk = await pickUp(t, agent, tones.agent, { accept: false });
    await Promise.all([customer.ear.tone(tones.agent), desk.ear.tone(tones.customer)]);
    await agent.step('hangup', String(body.id));
    await customer.run.done;
    await agent.hungUp();
    desk.peer.close();
    await agent.until(({ me, current }) => current === null && me.state !== 'wrap_up', 'the end');
    agent.softphone.drop();
    agent.closeDesktop();
    t.same(await leftOver(stack), nothing);
  }

  /** An INVITE from the carrier's address that is refused. */
  async function refused(number: string, status: number) {
    const call = await sipp(t, 'uac-stranger', {
      ...{ remote: `127.0.0.1:${sipUdpPort}`, service: number, args: ['-i', carrierHost] },
      replace: { '<recv response="403"/>': `<recv response="${status}"/>` },
    });
    await call.done;
  }

  await t.test('made: calls go over it at once', async t => {
    const made = await admin.ask('POST', '/trunks', {
      ...{ name: 'carrier', address: `sip:127.0.0.1:${carrierPort}`, username: 'shop', password },
      ...{ sources: [carrierHost], country: 'KR', maxChannels: 10 },
    });
    t.match(made, {
      status: 201,
      body: { name: 'carrier', username: 'shop', hasPassword: true, up: true, channels: 0, version: 1 },
    });
    t.match(await admin.ask('POST', '/trunks', { name: 'carrier', address: 'sip:127.0.0.1' }), {
      status: 409,
      body: { code: 'key_taken', field: 'name' },
    });
    t.match(await admin.list('trunks'), [
      { name: 'carrier' },
      { id: null, name: 'telco', address: null, version: 0 },
    ]);
    await talkOver(carrierPort);
  });

  await t.test('it is asked whether it is there', async t => {
    const { id } = await own();
    const there = await sipp(t, 'uas-options', { port: carrierPort });
    t.match(await admin.ask('POST', `/trunks/${id}/test`, {}), {
      status: 200,
      body: { answered: true, status: 200, reason: 'OK' },
    });
    await there.done;
  });

  await t.test('another company neither sees nor uses it', async t => {
    const { id, version } = await own();
    t.match(await bakery.list('trunks'), [{ id: null, name: 'telco' }]);
    for (const [method, path, body] of [
      ['PATCH', `/trunks/${id}`, { version, address: 'sip:127.0.0.1:9' }],
      ['DELETE', `/trunks/${id}?version=${version}`, undefined],
      ['POST', `/trunks/${id}/test`, {}],
    ] as const)
      t.match(await bakery.ask(method, path, body), { status: 404 }, method);
  });

  await t.test('who calls from it reaches the company’s numbers, and nobody else’s', async t => {
    await uploadTones(stack, { 'own-closed': 1100 });
    await flowIs(t, stack, '  start: { hangup: [own-closed] }\n', 'start: start\nonFault: start');
    const call = await sipp(t, 'uac-caller', {
      ...{ remote: `127.0.0.1:${sipUdpPort}`, service: companyNumber, args: ['-i', carrierHost] },
    });
    await call.done;
    const [row] = await eventually('the call is over', async () => {
      const rows =
        await sql`select trunk, number, caller, ending from inbound_calls where ended_at is not null`;
      return rows.length > 0 && rows;
    });
    t.match(row, {
      ...{ trunk: 'carrier', number: companyNumber, caller: '+821055501234', ending: 'completed' },
    });
    await refused(bakeryNumber, 404);
    // The operator's trunk says that somebody has it.
    const telco = await sipp(t, 'uac-stranger', {
      ...{ remote: `127.0.0.1:${sipUdpPort}`, service: bakeryNumber },
      replace: { '<recv response="403"/>': '<recv response="480"/>' },
    });
    await telco.done;
  });

  await t.test('changed: the next call goes where it leads by then, from every gateway', async t => {
    const elsewhere = await freeUdpPort();
    const { version } = await own();
    t.match(await change({ address: `sip:127.0.0.1:${elsewhere}`, maxChannels: null }), {
      status: 200,
      body: { maxChannels: null, hasPassword: true, version: version + 1 },
    });
    await talkOver(elsewhere, other.api);
  });

  await t.test('disabled: calls go over the operator’s trunk, if the company wants that', async t => {
    t.match(await change({ disabled: true }), { status: 200, body: { disabledAt: /T/ } });
    await talkOver(stack.trunkPort);
    await refused(companyNumber, 403);
    const { body: company } = await admin.ask('GET', '/company');
    await admin.ask('PATCH', '/company', { version: company.version, operatorTrunks: false });
    const agent = await RobotAgent.signIn(t, api, 'agent1@demo.example', demoPassword);
    await agent.setState('ready');
    const { body } = await ask(agent, 'POST', '/calls', { to: { number: nextNumber() } });
    await pickUp(t, agent, tones.agent, { accept: false });
    t.match(
      await eventually('the call is over', async () => {
        const [row] =
          await sql`select outcome from interactions where id = ${String(body.id)} and state = 'done'`;
        return row;
      }),
      { outcome: 'no_trunk' },
    );
    agent.softphone.drop();
    agent.closeDesktop();
  });

  await t.test('removed; what was done stands in the audit, and the password nowhere', async t => {
    const { id, version } = await own();
    const [stored] = await sql<{ password: Uint8Array }[]>`select password from tenant_trunks`;
    t.notOk(Buffer.from(stored!.password).includes(password));
    t.match(await admin.ask('DELETE', `/trunks/${id}?version=${version}`), { status: 204 });
    t.match(await admin.list('trunks'), [{ id: null, name: 'telco' }]);
    const { body } = await admin.ask<{ entries: { kind: string; action: string; name: string }[] }>(
      'GET',
      '/audit?kind=trunk',
    );
    t.same(
      body.entries.map(({ action, name }) => `${action} ${name}`),
      ['removed carrier', 'changed carrier', 'changed carrier', 'created carrier'],
    );
    const events = await sql`select data from events where data::text like ${`%${password}%`}`;
    t.same(events, []);
    for (const { log } of [stack.gateway(), other.program]) t.notMatch(log(), password);
  });
});
