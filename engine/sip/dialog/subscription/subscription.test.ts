/** Every cell of the two tables of a subscription, driven through a subscription at work. */
import { test } from 'tap';
import { FakeClock } from '../../testing/fake-clock.js';
import { defaultTimers } from '../../transaction/timers.js';
import type { Dialog } from '../dialog.js';
import { declinesSubscription, type EventUse, eventUse, grantedSeconds, isAbout } from './event-use.js';
import { Subscription } from './subscription.js';
import { type SubscriptionEvent, type SubscriptionRole, subscriptionStates } from './subscription-states.js';

/** A subscription of an hour, with what it did since it was last asked. */
function subscription(role: SubscriptionRole) {
  const clock = new FakeClock();
  const did: string[] = [];
  const event = { package: 'presence' };
  const parts = { dialog: {} as Dialog, role, event, implicit: false };
  const made = new Subscription(parts, {
    clock,
    timers: defaultTimers,
    tell: () => did.push('tell'),
    sendFinal: (_, reason) => did.push(`final ${reason}`),
    ended: () => did.push('end'),
  });
  return { clock, made, seen: () => did.splice(0).join(', ') };
}

type Made = ReturnType<typeof subscription>;

const reach: Record<string, (s: Made) => void> = {
  notifyWait: s => s.made.fire('accepted', 3_600),
  pending: s => s.made.fire('notifyPending', 3_600),
  active: s => s.made.fire('notifyActive', 3_600),
  closing: s => s.made.fire('closed', 0),
  terminated: s => s.made.fire('failed'),
};

/** State, what was done, and after how many more seconds the time is up. */
const common: Record<string, string> = {
  'pending accepted': 'pending:  3632',
  'pending closed': 'closing:  32',
  'pending notifyPending': 'pending:  3632',
  'pending notifyActive': 'active:  3632',
  'pending notifyTerminated': 'terminated: end never',
  'pending failed': 'terminated: end never',
  'active accepted': 'active:  3632',
  'active closed': 'closing:  32',
  'active notifyPending': 'pending:  3632',
  'active notifyActive': 'active:  3632',
  'active notifyTerminated': 'terminated: end never',
  'active failed': 'terminated: end never',
  'closing closed': 'closing:  32',
  'closing notifyPending': 'closing:  32',
  'closing notifyActive': 'closing:  32',
  'closing notifyTerminated': 'terminated: end never',
  'closing failed': 'terminated: end never',
  'notifyWait closed': 'closing:  32',
  'notifyWait notifyPending': 'pending:  3632',
  'notifyWait notifyActive': 'active:  3632',
  'notifyWait notifyTerminated': 'terminated: end never',
  'notifyWait failed': 'terminated: end never',
  'terminated accepted': 'terminated:  never',
  'terminated closed': 'terminated:  never',
  'terminated notifyPending': 'terminated:  never',
  'terminated notifyActive': 'terminated:  never',
  'terminated notifyTerminated': 'terminated:  never',
  'terminated failed': 'terminated:  never',
  'terminated timeUp': 'terminated:  never',
};

const cells: Record<SubscriptionRole, Record<string, string>> = {
  subscriber: {
    ...common,
    'notifyWait accepted': 'notifyWait:  32',
    'notifyWait timeUp': 'terminated: tell, end never',
    'pending timeUp': 'terminated: tell, end never',
    'active timeUp': 'terminated: tell, end never',
    'closing accepted': 'notifyWait:  32',
    'closing timeUp': 'terminated: tell, end never',
  },
  notifier: {
    ...common,
    'notifyWait accepted': 'notifyWait:  3632',
    'notifyWait timeUp': 'closing: tell 32',
    'pending timeUp': 'closing: tell 32',
    'active timeUp': 'closing: tell 32',
    'closing accepted': 'notifyWait:  3632',
    'closing timeUp': 'terminated: final timeout, end never',
  },
};

/** Seconds until its timer goes off. */
function left({ clock, made, seen }: Made): string {
  if (clock.running === 0) return 'never';
  const before = made.state;
  let seconds = 0;
  while (made.state === before && seconds < 5_000) {
    clock.pass(1_000);
    seconds += 1;
  }
  seen();
  return String(seconds);
}

for (const role of ['subscriber', 'notifier'] as const) {
  test(`every cell of the ${role}`, t => {
    const walked: string[] = [];
    for (const [state, events] of Object.entries(subscriptionStates[role])) {
      for (const event of Object.keys(events) as SubscriptionEvent[]) {
        const at = subscription(role);
        reach[state]?.(at);
        at.seen();
        t.equal(at.made.state, state);
        const seconds = event === 'accepted' || event.startsWith('notify') ? 3_600 : undefined;
        if (event === 'timeUp') at.clock.pass(3_632_000);
        else at.made.fire(event, seconds);
        const did = at.seen();
        const after = at.made.state;
        walked.push(`${state} ${event}`);
        t.equal(`${after}: ${did} ${left(at)}`, cells[role][`${state} ${event}`], `${state} ${event}`);
      }
    }
    t.same(walked.sort(), Object.keys(cells[role]).sort(), 'no cell is left out');
    t.end();
  });
}

test('an end by the server sends the last word once', t => {
  const at = subscription('notifier');
  at.made.fire('accepted', 60);
  at.made.finish('deactivated');
  t.equal(at.seen(), 'final deactivated, end');
  at.made.finish('deactivated');
  t.equal(at.seen(), '');
  t.equal(at.clock.running, 0);
  t.end();
});

test('what messages say about subscriptions', t => {
  const use = (method: string, fields: Record<string, string>) =>
    eventUse(method, 7, id => fields[id]) as EventUse;
  t.equal(use('INVITE', { event: 'x' }), undefined);
  t.match(use('SUBSCRIBE', { event: 'presence ; id=a', expires: '60' }), {
    event: { package: 'presence', id: 'a' },
    seconds: 60,
    implicit: false,
  });
  t.match(use('REFER', {}), { event: { package: 'refer', id: '7' }, seconds: 180, implicit: true });
  t.match(use('NOTIFY', { event: 'x', 'subscription-state': 'Terminated; reason=timeout' }), {
    state: 'notifyTerminated',
  });
  t.match(use('NOTIFY', { event: 'x', 'subscription-state': 'pending;expires=99999999999' }), {
    state: 'notifyPending',
    seconds: undefined,
  });
  t.equal(use('NOTIFY', { 'subscription-state': 'paused;expires=9999999999' }).state, 'notifyActive');
  t.equal(use('NOTIFY', { 'subscription-state': 'active;expires=9999999999' }).seconds, 2_000_000);
  t.equal(grantedSeconds(use('SUBSCRIBE', { expires: '600' }), '60'), 60);
  t.equal(grantedSeconds(use('SUBSCRIBE', { expires: '600' }), undefined), 600);
  t.equal(grantedSeconds(use('SUBSCRIBE', { expires: '0' }), '600'), 0);
  t.equal(grantedSeconds(use('SUBSCRIBE', {}), 'soon'), 3_600);
  t.equal(grantedSeconds(use('REFER', {}), '5'), 180);
  t.ok(declinesSubscription('False ;x'));
  t.notOk(declinesSubscription('true'));
  const refer = { event: { package: 'refer', id: '7' }, implicit: true };
  t.ok(isAbout(refer, { package: 'refer' }));
  t.ok(isAbout(refer, { package: 'refer', id: '7' }));
  t.notOk(isAbout(refer, { package: 'refer', id: '8' }));
  t.notOk(isAbout({ ...refer, implicit: false }, { package: 'refer' }));
  t.notOk(
    isAbout({ event: { package: 'Presence' }, implicit: false }, { package: 'presence' }),
    'byte by byte',
  );
  t.end();
});
