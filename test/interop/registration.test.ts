/** Kamailio as a carrier that we register with: its calls come to the contact that it was given. */
import { once } from 'node:events';
import t from 'tap';
import { type Header, PeerCall, UdpPeer } from '../../engine/sip/testing/peer.js';
import type { IncomingCall, Telephony, TrunkState } from '../../gateway/telephony/index.js';
import { offer, openHouse } from '../../gateway/telephony/testing/house.js';
import { builtIn, sipServersUnderTest } from '../support/sip-servers.js';
import { accounts, callingHost, firstNumber, startRegistrarCarrier } from './kamailio/registrar.js';

t.setTimeout(120_000);

/** That of the house. */
const password = 'trunk password';
const otherNumber = '+82215880001';
const answer = offer.replace('40000', '50000');
const elsewhere = '127.0.0.2';

/** Reads the state of the trunks until all are registered. Each look is a round trip to the database. */
async function registered(telephony: Telephony): Promise<TrunkState[]> {
  for (;;) {
    const states = await telephony.trunks();
    if (states.every(({ registered }) => registered)) return states;
    await new Promise(setImmediate);
  }
}

for (const sipServer of sipServersUnderTest()) {
  t.test(`on the ${sipServer.name} SIP server`, async t => {
    const start = (t: { teardown(fn: () => unknown): unknown }) =>
      sipServer.start(t, ['--tcp', '127.0.0.1:0']);
    const house = await openHouse(t, { ...sipServer, start });
    const { port, contactOf } = await startRegistrarCarrier(t, password);
    // A name, as most carriers give: it says nothing of where calls come from. A drachtio-server asks a name server for it.
    const host = sipServer === builtIn ? 'localhost' : '127.0.0.1';
    const trunk = (name: string, account: string, transport: string, more: string) => `
  - name: ${name}
    address: sip:${host}:${port};transport=${transport}
    fromDomain: carrier.example
    auth: {username: ${account}, passwordEnv: TRUNK_PASSWORD}
    registerSeconds: 120
${more}`;
    const dialplan = (sources: string) =>
      house.setDialplan(
        `trunks:${trunk('carrier', accounts.first, 'udp', sources)}${trunk('branch', accounts.second, 'tcp', `    number: '${otherNumber}'\n`)}`,
        'routes: []',
      );
    dialplan('');
    // Two gateways, of which one registers, and any may be given the call.
    const gateways = [house.telephony, await house.again()];
    const waiting: ((call: IncomingCall) => void)[] = [];
    for (const gateway of gateways) gateway.onIncoming(call => waiting.shift()?.(call));
    const nextCall = () => new Promise<IncomingCall>(resolve => waiting.push(resolve));

    const peer = async (at: number, host?: string) => {
      const opened = await UdpPeer.open({ host: '127.0.0.1', port: at }, 0, host);
      t.teardown(() => opened.close());
      return opened;
    };
    const caller = await peer(port);
    const ring = async (number: string, headers: Header[] = [], from = caller, at?: string) => {
      const call = new PeerCall(from, at ?? `sip:${number}@carrier.example`);
      call.to = `<sip:${number}@carrier.example>`;
      const coming = nextCall();
      call.invite(headers, offer);
      return { call, coming };
    };
    const refused = async (status: number, from: UdpPeer, uri: string) => {
      const call = new PeerCall(from, uri);
      call.to = `<sip:${firstNumber}@carrier.example>`;
      call.invite([], offer);
      const response = await from.response(status, 'INVITE');
      call.ackFailure(response);
      return response;
    };

    await t.test('it is registered for as long as is granted, over UDP and over TCP', async t => {
      const states = await registered(house.telephony);
      t.match(states, [
        { name: 'carrier', registerFault: null },
        { name: 'branch', registerFault: null },
      ]);
      const [udp, tcp] = [await contactOf(accounts.first), await contactOf(accounts.second)];
      t.match(udp, new RegExp(`^sip:[0-9a-f]{32}@127.0.0.1:${house.server.udpPort}$`));
      t.match(tcp, new RegExp(`^sip:[0-9a-f]{32}@127.0.0.1:${house.server.tcpPort};transport=tcp$`));
      const rows = await house.sql<{ name: string; seconds: number; registrar: string }[]>`
        select name, extract(epoch from registered_until - now())::float8 as seconds, registrar_address as registrar
        from trunks order by name`;
      for (const { seconds, registrar } of rows) {
        t.ok(seconds > 0 && seconds <= 60);
        t.equal(registrar, '127.0.0.1');
      }
    });

    await t.test('a call to our contact: the number stands in To', async t => {
      for (const [number, name] of [
        [firstNumber, 'carrier'],
        [otherNumber, 'branch'],
        [firstNumber, 'carrier'],
      ] as const) {
        const { call, coming } = await ring(number);
        const incoming = await coming;
        t.match(incoming, { trunk: name, number });
        const [dialog, response] = await Promise.all([
          incoming.answer(answer),
          caller.response(200, 'INVITE'),
        ]);
        call.ack(response);
        const over = new Promise<string>(resolve => dialog.onEnded(resolve));
        call.send('BYE');
        await caller.response(200, 'BYE');
        await over;
      }
    });

    await t.test('a call that names the account only: the number of the trunk', async t => {
      const { call, coming } = await ring(accounts.second);
      const incoming = await coming;
      t.match(incoming, { trunk: 'branch', number: otherNumber });
      incoming.refuse('busy');
      call.ackFailure(await caller.response(486, 'INVITE'));
    });

    await t.test(
      'a call with the number in the request: known by who has granted the registration',
      async t => {
        const { call, coming } = await ring(firstNumber, [['X-Number-In-Uri', 'yes']]);
        const incoming = await coming;
        t.match(incoming, { trunk: 'carrier', number: firstNumber });
        incoming.refuse('not_served');
        call.ackFailure(await caller.response(480, 'INVITE'));
      },
    );

    await t.test('the caller gives up', async t => {
      const { call, coming } = await ring(firstNumber);
      const { signal } = await coming;
      const gone = once(signal, 'abort');
      call.cancel();
      call.ackFailure(await caller.response(487, 'INVITE'));
      await gone;
      t.pass('the call is over');
    });

    await t.test('from elsewhere only the contact itself is known', async t => {
      const stranger = await peer(house.server.udpPort, elsewhere);
      const us = `127.0.0.1:${house.server.udpPort}`;
      const uri = await contactOf(accounts.first);
      const told = await refused(403, stranger, `sip:${firstNumber}@${us}`);
      const guessed = await refused(403, stranger, `sip:${'0'.repeat(32)}@${us}`);
      t.equal(told.first('reason'), guessed.first('reason'));
      const { call, coming } = await ring(firstNumber, [], stranger, uri);
      t.match(await coming, { trunk: 'carrier', number: firstNumber });
      (await coming).refuse('busy');
      call.ackFailure(await stranger.response(486, 'INVITE'));
      dialplan(`    sources: [${callingHost}]\n`);
      await refused(403, stranger, uri);
      dialplan('');
    });

    await t.test('another gateway refreshes the registration: it stays the same contact', async t => {
      const before = await house.sql`select name, contact_user from trunks order by name`;
      await house.sql`update trunks set register_due_at = now(), registered_until = now()`;
      const third = await house.again();
      await registered(third);
      t.same(await house.sql`select name, contact_user from trunks order by name`, before);
      await third.stop();
    });
  });
}
