import t from 'tap';
import { eventually } from '../../test/support/eventually.js';
import { sipServersUnderTest } from '../../test/support/sip-servers.js';
import { freeUdpPort, sipp } from '../../test/support/sipp.js';
import type { Telephony, TrunkState } from './port.js';
import { failure, openHouse } from './testing/house.js';

const trunk = (name: string, port: number, ...more: string[]) =>
  [`  - name: ${name}`, `    address: sip:127.0.0.1:${port}`, ...more.map(line => `    ${line}`), ''].join(
    '\n',
  );
const routes = (...trunks: string[]) => `routes:\n  - prefix: '+'\n    trunks: [${trunks.join(', ')}]\n`;

/** Reads the state of a trunk until it is as wanted. */
async function untilTrunk(telephony: Telephony, wanted: (state: TrunkState) => boolean): Promise<TrunkState> {
  return await eventually('the trunk is so', async () => {
    const [state] = await telephony.trunks();
    return state && wanted(state) && state;
  });
}

for (const sipServer of sipServersUnderTest()) {
  t.test(`on the ${sipServer.name} SIP server`, async t => {
    const house = await openHouse(t, sipServer);
    const { callPhone: call } = house;

    t.test('a trunk whose channels are taken is passed over, until a call of it ends', async t => {
      const first = await sipp(t, 'uas-answer', { calls: 2 });
      const second = await sipp(t, 'uas-answer');
      house.setDialplan(
        `trunks:\n${trunk('narrow', first.port, 'maxChannels: 1')}${trunk('wide', second.port)}`,
        routes('narrow', 'wide'),
      );
      const one = await call();
      const two = await call();
      await two.end();
      await second.done;
      await one.end();
      await untilTrunk(house.telephony, ({ channels }) => channels === 0);
      await (await call()).end();
      await first.done;
    });

    t.test('when all channels of all trunks are taken the call ends with that reason', async t => {
      const only = await sipp(t, 'uas-answer');
      house.setDialplan(`trunks:\n${trunk('only', only.port, 'maxChannels: 1')}`, routes('only'));
      const talk = await call();
      const refused = await failure(call());
      t.match(refused, { outcome: 'no_trunk', message: 'only has no free channel' });
      await talk.end();
      await only.done;
      await untilTrunk(house.telephony, ({ channels }) => channels === 0);
    });

    t.test('a phone that hangs up gives its channel back', async t => {
      const leaving = await sipp(t, 'uas-answer-hangup');
      house.setDialplan(`trunks:\n${trunk('left', leaving.port, 'maxChannels: 1')}`, routes('left'));
      const talk = await call();
      await new Promise<string>(resolve => talk.onEnded(resolve));
      await untilTrunk(house.telephony, ({ channels }) => channels === 0);
      await leaving.done;
    });

    t.test('a call that is refused gives its channel back', async t => {
      const busy = await sipp(t, 'uas-busy');
      house.setDialplan(`trunks:\n${trunk('busy', busy.port, 'maxChannels: 1')}`, routes('busy'));
      t.equal((await failure(call())).outcome, 'busy');
      await busy.done;
      await untilTrunk(house.telephony, ({ channels }) => channels === 0);
    });

    t.test(
      'a trunk where nobody answers is passed over by the next call, and tried when it is the last',
      async t => {
        const nobody = await freeUdpPort();
        const phone = await sipp(t, 'uas-answer', { calls: 2 });
        house.setDialplan(
          `trunks:\n${trunk('silent', nobody)}${trunk('good', phone.port)}`,
          routes('silent', 'good'),
        );
        await (await call()).end();
        t.match(await untilTrunk(house.telephony, ({ up }) => !up), { name: 'silent', reason: 'no_answer' });
        await (await call()).end();
        await phone.done;

        const back = await sipp(t, 'uas-answer', { port: nobody });
        house.setDialplan(`trunks:\n${trunk('silent', nobody)}`, routes('silent'));
        await (await call()).end();
        await back.done;
        await untilTrunk(house.telephony, ({ up }) => up);
      },
    );

    t.test('a trunk that asks for a pause by Retry-After gets it', async t => {
      const pause = 'SIP/2.0 503 Service Unavailable\n      Retry-After: 120';
      const down = await sipp(t, 'uas-busy', { replace: { 'SIP/2.0 486 Busy Here': pause } });
      house.setDialplan(`trunks:\n${trunk('resting', down.port)}`, routes('resting'));
      t.equal((await failure(call())).outcome, 'unreachable');
      await down.done;
      t.match(await untilTrunk(house.telephony, ({ up }) => !up), { reason: '503' });
    });

    t.test('a caller id that the company has not proven is not presented', async t => {
      house.setDialplan(`trunks:\n${trunk('a', await freeUdpPort())}`, routes('a'));
      const refused = await failure(call({ callerId: '+8215889999', onSent: () => t.fail('it was sent') }));
      t.equal(refused.outcome, 'failed');
      t.match(refused.message, /\+8215889999/);
    });

    t.test('OPTIONS finds a trunk that is gone, and that it is back', async t => {
      const port = await freeUdpPort();
      house.setDialplan(`trunks:\n${trunk('checked', port, 'checkSeconds: 5')}`, routes('checked'));
      const telephony = await house.again();
      t.match(await untilTrunk(telephony, ({ up }) => !up), { reason: 'no_answer' });
      const back = await sipp(t, 'uas-options', { port });
      await untilTrunk(telephony, ({ up }) => up);
      await back.done;
      await telephony.stop();
    });

    t.test('a trunk that wants a registration gets one, as long as it asks for', async t => {
      const keys = { username: 'ringbridge', password: 'trunk password' };
      const registrar = await sipp(t, 'uas-register', { keys, calls: 2 });
      house.setDialplan(
        `trunks:\n${trunk('registrar', registrar.port, 'registerSeconds: 60', 'auth: {username: ringbridge, passwordEnv: TRUNK_PASSWORD}')}`,
        routes('registrar'),
      );
      const telephony = await house.again();
      t.match(await untilTrunk(telephony, ({ registered }) => registered === true), { registerFault: null });
      await registrar.done;
      await telephony.stop();
      const [row] = await house.sql<{ bound: number; due: number }[]>`
        select extract(epoch from registered_until - now())::float8 as bound,
          extract(epoch from register_due_at - now())::float8 as due from trunks where name = 'registrar'`;
      t.ok(row!.bound > 60 && row!.bound <= 100, 'bound for what was granted');
      t.ok(row!.due > 40 && row!.due <= 70, 'refreshed before it ends');
    });
  });
}
