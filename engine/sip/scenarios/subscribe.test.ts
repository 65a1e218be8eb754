/** Subscriptions, in both roles. */
import type { Dialog } from 'drachtio-srf';
import { next, requestWithin } from '../testing/harness.js';
import { callee, caller, expect, pause, receive, reply } from '../testing/sipp-script.js';
import { onEachServer } from '../testing/stage.js';

const subscription = [
  ['Event', 'presence'],
  ['Expires', '900'],
] as const;

const notifying = (state: string) =>
  ({
    fields: [
      ['Event', 'presence'],
      ['Subscription-State', state],
    ],
  }) as const;

interface Subscribed {
  getCountOfSubscriptions(): number;
}

onEachServer(async (t, stage) => {
  await t.test('we notify', async t => {
    const counts: number[] = [];
    const done: Promise<unknown>[] = [];
    const srf = await stage.application(t, {
      subscribe: async (req, res) => {
        const dialog = (await srf.createUAS(req, res, { headers: { Expires: '900' } })) as Dialog &
          Subscribed;
        counts.push(dialog.getCountOfSubscriptions());
        const notify = (state: string) =>
          requestWithin(dialog, {
            method: 'NOTIFY',
            headers: { Event: 'presence', 'Subscription-State': state },
          });
        await notify('active;expires=900');
        const last = notify('terminated;reason=timeout');
        done.push(last);
        await last;
        counts.push(dialog.getCountOfSubscriptions());
      },
    });
    await stage.call(t, [
      caller.asks('SUBSCRIBE', { fields: subscription }),
      expect(202, { Contact: 'sip:', To: 'tag=', Expires: '900' }),
      receive('NOTIFY', { 'Subscription-State': 'active', Event: 'presence' }),
      reply(200),
      receive('NOTIFY', { 'Subscription-State': 'terminated' }),
      reply(200),
    ]);
    await Promise.all(done);
    t.same(counts, [1, 0]);
  });

  await t.test('the subscriber has enough', async t => {
    const srf = await stage.application(t, {
      subscribe: async (req, res) => {
        const dialog = await srf.createUAS(req, res, {});
        await next(dialog, 'unsubscribe');
        await dialog.destroy();
      },
    });
    await stage.call(t, [
      caller.asks('SUBSCRIBE', { fields: subscription }),
      expect(202, { Contact: 'sip:' }),
      caller.within('SUBSCRIBE', 2, {
        fields: [
          ['Event', 'presence'],
          ['Expires', '0'],
        ],
      }),
      expect(202),
      receive('NOTIFY', { 'Subscription-State': 'terminated' }),
      reply(200),
    ]);
  });

  await t.test('we subscribe', async t => {
    const notifier = await stage.wait(t, [
      callee.receives('SUBSCRIBE', { Event: 'presence' }),
      callee.replies(202, { fields: [['Expires', '900']] }),
      // drachtio-srf hands its subscription out a turn after it has it.
      pause(1_000),
      callee.asks('NOTIFY', 1, notifying('active;expires=900')),
      expect(200),
      callee.asks('NOTIFY', 2, notifying('terminated;reason=noresource')),
      // drachtio-server forgets the dialog before the application has answered.
      expect(stage.builtIn ? 200 : 500),
    ]);
    const srf = await stage.application(t);
    const dialog = await srf.createUAC(notifier.uri, {
      method: 'SUBSCRIBE',
      headers: Object.fromEntries(subscription),
    });
    const states: string[] = [];
    dialog.on('notify', (req, res) => {
      states.push(req.get('Subscription-State'));
      res.send(200);
    });
    await notifier.done;
    t.same(states, ['active;expires=900', 'terminated;reason=noresource']);
  });
});
