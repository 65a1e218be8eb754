/** The cdr events of calls to an application, of its own calls, and of those that it forwards. */
import { EventEmitter, once } from 'node:events';
import type { Test } from 'tap';
import type { Handler } from '../testing/harness.js';
import { sdp } from '../testing/peer.js';
import { answered, callee, caller, expect, pause, receive, reply } from '../testing/sipp-script.js';
import { type Application, onEachServer, type Stage } from '../testing/stage.js';

/** Resolves when as many events as that have come: `attempt network`, `start application uas`, `stop … REASON`. */
type Records = (count: number) => Promise<string[]>;

async function recording(
  t: Test,
  stage: Stage,
  handlers: Record<string, Handler> = {},
): Promise<{ srf: Application; records: Records }> {
  const records: string[] = [];
  const told = new EventEmitter();
  const srf = await stage.application(t, handlers, (...parts) => {
    records.push(parts.join(' '));
    told.emit('record');
  });
  return {
    srf,
    records: async count => {
      while (records.length < count) await once(told, 'record');
      // The events of a call come in no order.
      return records.sort();
    },
  };
}

const taken = [
  callee.rings(),
  callee.answers(200, { sdp: true }),
  receive('ACK'),
  receive('BYE'),
  reply(200),
];

const call = [
  ...[caller.invites(), expect(100), answered(), caller.within('ACK', 1), pause(100)],
  ...[caller.within('BYE', 2), expect(200)],
];

onEachServer(
  async (t, stage) => {
    await t.test('a call that comes in', async t => {
      const { srf, records } = await recording(t, stage, {
        invite: (req, res) => srf.createUAS(req, res, { localSdp: sdp }),
      });
      await stage.call(t, call);
      t.same(await records(3), ['attempt network', 'start application uas', 'stop network normal-release']);
    });

    await t.test('a call that is refused', async t => {
      const { records } = await recording(t, stage, { invite: (_, res) => res.send(486) });
      await stage.call(t, [caller.invites(), expect(100), expect(486), caller.acknowledgesRefusal()]);
      t.same(await records(2), ['attempt network', 'stop application call-rejected']);
    });

    await t.test('a call that goes out', async t => {
      const phone = await stage.wait(t, taken);
      const { srf, records } = await recording(t, stage);
      const dialog = await srf.createUAC(phone.uri, { localSdp: sdp });
      await dialog.destroy();
      await phone.done;
      t.same(await records(3), [
        'attempt application',
        'start network uac',
        'stop application normal-release',
      ]);
    });

    await t.test('a call that goes through', async t => {
      const phone = await stage.wait(t, taken);
      const { srf, records } = await recording(t, stage, {
        invite: req => srf.proxyRequest(req, [phone.uri], { remainInDialog: true }),
      });
      await stage.call(t, call);
      await phone.done;
      t.same(await records(6), [
        ...['attempt application', 'attempt network'],
        ...['start application proxy-uas', 'start network proxy-uac'],
        ...['stop application normal-release', 'stop network normal-release'],
      ]);
    });
  },
  () => ['--cdrs'],
);
