import t from 'tap';
import { sipServersUnderTest } from '../../test/support/sip-servers.js';
import { sipp } from '../../test/support/sipp.js';
import type { CallOutcome } from './port.js';
import { failure, type House, offer, openHouse } from './testing/house.js';

const trunk = (name: string, port: number, more = '') =>
  `  - name: ${name}\n    address: sip:127.0.0.1:${port}\n${more.replace(/^/gm, '    ')}\n`;

/** A trunk that cannot even be tried: the SIP server has no TLS. */
const deadTrunk = '  - name: dead\n    address: sip:127.0.0.1:5061;transport=tls\n';

/** Every number goes to these trunks, in this order. */
function routeTo(house: House, ...trunks: string[]) {
  const names = trunks.map(entry => /name: (\S+)/.exec(entry)?.[1]);
  house.setDialplan(
    `trunks:\n${trunks.join('')}`,
    `routes:\n  - prefix: '+'\n    trunks: [${names.join(', ')}]\n`,
  );
}

/** sipp takes no status from its command line. */
const busyBy = (status: number, phrase: string) => ({ '486 Busy Here': `${status} ${phrase}` });

for (const sipServer of sipServersUnderTest()) {
  t.test(`on the ${sipServer.name} SIP server`, async t => {
    const house = await openHouse(t, sipServer);
    const { telephony, server, callPhone: call } = house;

    t.test('answered, and we hang up', async t => {
      const phone = await sipp(t, 'uas-answer');
      routeTo(house, trunk('a', phone.port));
      const progress: number[] = [];
      const sent: string[] = [];
      const dialog = await call({
        onProgress: ({ status }) => progress.push(status),
        onSent: id => sent.push(id),
      });
      t.same(progress, [180]);
      t.same(sent, [dialog.callId]);
      t.match(dialog.remoteSdp, /m=audio \d+ RTP\/AVP 8 101/);
      dialog.onEnded(() => t.fail('told of the end we made'));
      await Promise.all([dialog.end(), dialog.end()]);
      await phone.done;
    });

    t.test('answered, and the phone hangs up', async t => {
      const phone = await sipp(t, 'uas-answer-hangup');
      routeTo(house, trunk('a', phone.port));
      const dialog = await call();
      await new Promise<string>(resolve => dialog.onEnded(resolve));
      await dialog.end();
      await phone.done;
    });

    t.test('early media', async t => {
      const phone = await sipp(t, 'uas-early-media');
      routeTo(house, trunk('a', phone.port));
      const early: (string | undefined)[] = [];
      const dialog = await call({ onProgress: ({ sdp }) => early.push(sdp) });
      t.equal(early.length, 1);
      t.match(early[0], /m=audio/);
      await dialog.end();
      await phone.done;
    });

    t.test('a trunk with digest authentication', async t => {
      const keys = { username: 'ringbridge', password: 'trunk password' };
      const phone = await sipp(t, 'uas-digest', { keys });
      routeTo(house, trunk('a', phone.port, 'auth: {username: ringbridge, passwordEnv: TRUNK_PASSWORD}'));
      const dialog = await call();
      await dialog.end();
      await phone.done;
    });

    t.test('the numbers as the trunk wants them', async t => {
      const check = (header: string, value: string) =>
        `<ereg regexp="^ *${value}" search_in="hdr" header="${header}:" check_it="true" assign_to="whole"/>`;
      const checked = `<recv request="INVITE"><action>
        <ereg regexp="^INVITE sip:01012345678@127" search_in="msg" check_it="true" assign_to="whole"/>
        ${check('From', '&lt;sip:82212345678@carrier.example&gt;;tag=')}
        ${check('P-Asserted-Identity', '&lt;sip:82212345678@carrier.example&gt;')}
        </action></recv><Reference variables="whole"/>`;
      const phone = await sipp(t, 'uas-answer', { replace: { '<recv request="INVITE"/>': checked } });
      const formats = 'country: KR\nnumberFormat: national\ncallerIdFormat: e164_without_plus';
      routeTo(house, trunk('a', phone.port, `${formats}\nfromDomain: carrier.example`));
      await (await call()).end();
      await phone.done;
    });

    const outcomes: [status: number, phrase: string, outcome: CallOutcome][] = [
      [486, 'Busy Here', 'busy'],
      [600, 'Busy Everywhere', 'busy'],
      [480, 'Temporarily Unavailable', 'no_answer'],
      [408, 'Request Timeout', 'no_answer'],
      [603, 'Decline', 'rejected'],
      [403, 'Forbidden', 'rejected'],
      [404, 'Not Found', 'invalid_number'],
      [484, 'Address Incomplete', 'invalid_number'],
      [503, 'Service Unavailable', 'unreachable'],
      [500, 'Server Error', 'unreachable'],
      [488, 'Not Acceptable Here', 'failed'],
    ];
    t.test('each status has its outcome', async t => {
      for (const [status, phrase, outcome] of outcomes) {
        const phone = await sipp(t, 'uas-busy', { replace: busyBy(status, phrase) });
        routeTo(house, trunk('a', phone.port));
        const error = await failure(call());
        t.equal(error.outcome, outcome, `${status}: ${error.message}`);
        t.equal(error.sipStatus, status);
        await phone.done;
      }
    });

    t.test('the cause of the telephone network counts more than the status', async t => {
      const phone = await sipp(t, 'uas-cause');
      routeTo(house, trunk('a', phone.port));
      t.equal((await failure(call())).outcome, 'busy');
      await phone.done;
    });

    t.test('the next trunk is tried when the fault is with the first', async t => {
      const down = await sipp(t, 'uas-busy', { replace: busyBy(503, 'Down') });
      const phone = await sipp(t, 'uas-answer');
      routeTo(house, deadTrunk, trunk('b', down.port), trunk('c', phone.port));
      await (await call()).end();
      await Promise.all([down.done, phone.done]);

      const busy = await sipp(t, 'uas-busy');
      routeTo(house, trunk('a', busy.port), deadTrunk);
      t.equal((await failure(call())).outcome, 'busy', 'and not when it is with the callee');
    });

    t.test('nobody to send it to', async t => {
      house.setDialplan('trunks: []', 'routes: []');
      t.equal((await failure(call())).outcome, 'no_trunk');
      routeTo(house, deadTrunk);
      t.equal((await failure(call())).outcome, 'unreachable');
      t.equal((await failure(call({ number: '010-1234' }))).outcome, 'invalid_number');
    });

    t.test('cancelled while it rings', async t => {
      const phone = await sipp(t, 'uas-no-answer');
      routeTo(house, trunk('a', phone.port));
      const controller = new AbortController();
      const error = await failure(call({ signal: controller.signal, onProgress: () => controller.abort() }));
      t.equal(error.outcome, 'cancelled');
      await phone.done;
    });

    t.test('cancelled before the phone has said anything', async t => {
      const phone = await sipp(t, 'uas-no-answer');
      routeTo(house, trunk('a', phone.port));
      const controller = new AbortController();
      const error = await failure(call({ signal: controller.signal, onSent: () => controller.abort() }));
      t.equal(error.outcome, 'cancelled');
      await phone.done;
    });

    t.test('cancelled before it was sent', async t => {
      const phone = await sipp(t, 'uas-answer');
      routeTo(house, trunk('a', phone.port));
      const onSent = () => t.fail('it was sent');
      t.equal((await failure(call({ signal: AbortSignal.abort(), onSent }))).outcome, 'cancelled');
      // The phone answers the call it hears first: this one.
      await (await call()).end();
      await phone.done;
    });

    t.test('cancelled at the moment it is answered', async t => {
      const phone = await sipp(t, 'uas-answer-crossing');
      routeTo(house, trunk('a', phone.port));
      const controller = new AbortController();
      const error = await failure(call({ signal: controller.signal, onProgress: () => controller.abort() }));
      t.equal(error.outcome, 'cancelled');
      await phone.done;
    });

    t.test('the phone offers again', async t => {
      const phone = await sipp(t, 'uas-reinvite');
      routeTo(house, trunk('a', phone.port));
      const dialog = await call();
      const offered = await new Promise<string>(resolve =>
        dialog.onReoffer(async again => {
          resolve(again);
          return offer.replace('sendrecv', 'recvonly');
        }),
      );
      t.match(offered, /a=sendonly/);
      await new Promise(setImmediate);
      t.equal(dialog.remoteSdp, offered);
      await dialog.end();
      await phone.done;
    });

    t.test('we offer again: across an offer of the phone, with success, and in vain', async t => {
      const phone = await sipp(t, 'uas-reoffered');
      routeTo(house, trunk('a', phone.port));
      const dialog = await call();
      const crossed = dialog.reinvite(offer.replace('sendrecv', 'sendonly'));
      const refused = dialog.reinvite(offer);
      t.match(await crossed, /a=recvonly/);
      t.match(dialog.remoteSdp, /a=recvonly/);
      await t.rejects(refused, { name: 'OfferRefused', sipStatus: 488 });
      t.match(dialog.remoteSdp, /a=recvonly/, 'what was agreed before goes on');
      await dialog.end();
      await t.rejects(dialog.reinvite(offer), { name: 'OfferRefused' });
      await phone.done;
    });

    t.test('an earlier run of the gateway', async t => {
      const phone = await sipp(t, 'uas-answer');
      routeTo(house, trunk('a', phone.port));
      const before = await house.again();
      const { callId } = await call({}, before);
      await before.stop();
      t.equal(await telephony.endStale(callId), true);
      await phone.done;
      t.equal(await telephony.endStale(callId), false);
    });

    t.test('a call from a stranger', async t => {
      const remote = `127.0.0.1:${server.udpPort}`;
      house.setDialplan('trunks: []', 'routes: []');
      await (await sipp(t, 'uac-stranger', { remote, service: 'agent' })).done;
    });

    // The last one: what comes while the connection is being made again is answered 503.
    t.test('the SIP server is lost while it rings', async t => {
      const phone = await sipp(t, 'uas-no-answer');
      routeTo(house, trunk('a', phone.port));
      const error = await failure(call({ onProgress: house.cutControl }));
      t.equal(error.outcome, 'dropped');
      await phone.done;
    });
  });
}
