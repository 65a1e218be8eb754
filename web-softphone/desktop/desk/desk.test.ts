import t from 'tap';
import type { Desk, Interaction, InteractionState } from '../api/types.js';
import { Action } from './action.js';
import { callSteps, stepAt } from './call-steps.js';
import { allRecent } from './desk.js';
import { handInDelay } from './draft.js';
import { noticeOf } from './notice.js';

const nobody: ReadonlySet<string> = new Set();

function interaction(id: string, state: InteractionState, outcome: string | null = null): Interaction {
  return { id, state, outcome, wrapUpUntil: null } as Interaction;
}

function desk(current: Interaction | null, recent: Interaction[] = []): Desk {
  return { me: {} as Desk['me'], current, recent, waiting: 0, monitoring: null, echo: null, taken: null };
}

t.test('what vanishes without the agent is told', async t => {
  const offered = desk(interaction('a', 'offered'));
  t.match(noticeOf(offered, desk(null), nobody), { kind: 'offer_gone', interaction: { id: 'a' } });
  t.match(noticeOf(offered, desk(interaction('b', 'offered')), nobody), { kind: 'offer_gone' });
  t.match(noticeOf(offered, { ...desk(null), taken: { id: 'a', by: 'Kim' } }, nobody), {
    kind: 'offer_taken',
    by: 'Kim',
  });
  t.equal(noticeOf(offered, desk(null), new Set(['a'])), null, 'he declined it himself');
  t.equal(noticeOf(offered, desk(interaction('a', 'accepted')), nobody), null, 'it goes on');

  const wrapUp = desk(interaction('a', 'wrap_up', 'completed'));
  t.match(noticeOf(wrapUp, desk(null), nobody), { kind: 'wrap_up_over' });
  t.equal(noticeOf(wrapUp, desk(null), new Set(['a'])), null);
});

t.test('a customer who is passed on, or comes back, is no news of a line that failed', async t => {
  const talk = desk(interaction('a', 'bridged'));
  const part = { ...interaction('p', 'wrap_up', 'transferred'), partOf: 'a' };
  t.equal(noticeOf(talk, desk(part, [part]), nobody), null, 'passed on');
  t.equal(noticeOf(desk(part, [part]), desk(interaction('a', 'offered'), [part]), nobody), null, 'back');
  const help = { ...interaction('h', 'bridged'), partOf: 'a' };
  t.equal(noticeOf(desk(help), desk(interaction('a', 'bridged')), nobody), null, 'the colleague goes on');
});

t.test('a call that did not end as it should is told, with its outcome', async t => {
  const dialing = desk(interaction('a', 'dialing'));
  t.match(noticeOf(dialing, desk(interaction('a', 'wrap_up', 'busy')), nobody), {
    kind: 'call_ended',
    outcome: 'busy',
  });
  t.match(noticeOf(dialing, desk(null, [interaction('a', 'done', 'cancelled')]), nobody), {
    kind: 'call_ended',
    outcome: 'cancelled',
  });
  t.match(noticeOf(dialing, desk(null), nobody), { kind: 'sent_back' }, 'it is somebody else’s now');
  t.match(noticeOf(dialing, desk(null, [interaction('a', 'waiting')]), nobody), { kind: 'sent_back' });
  t.equal(noticeOf(dialing, desk(interaction('a', 'bridged')), nobody), null);

  const talking = desk(interaction('a', 'bridged'));
  t.equal(noticeOf(talking, desk(interaction('a', 'wrap_up', 'completed')), nobody), null);
  t.equal(noticeOf(null, talking, nobody), null, 'the first desk is no news');
});

t.test('the step of the call follows the server, and this line', async t => {
  const step = (state: InteractionState, phase: Parameters<typeof stepAt>[1]) =>
    callSteps[stepAt(state, phase)];
  t.equal(step('accepted', 'idle'), 'line');
  t.equal(step('accepted', 'answering'), 'line');
  t.equal(step('accepted', 'connected'), 'dialing');
  t.equal(step('dialing', 'connected'), 'dialing');
  t.equal(step('bridged', 'held'), 'talking');
});

t.test('the recent list has each interaction once, as it is now', async t => {
  const list = allRecent(
    [interaction('c', 'done'), interaction('b', 'done')],
    [interaction('b', 'wrap_up'), interaction('a', 'done')],
  );
  t.same(
    list.map(({ id, state }) => [id, state]),
    [
      ['c', 'done'],
      ['b', 'done'],
      ['a', 'done'],
    ],
  );
});

t.test('what is written is handed in shortly before the server ends the wrap-up', async t => {
  const now = 1_000_000;
  const wrapUp = { ...interaction('a', 'wrap_up'), wrapUpUntil: new Date(now + 60_000).toISOString() };
  t.equal(handInDelay(wrapUp, now), 58_500);
  t.equal(handInDelay(wrapUp, now + 59_500), 0);
  t.equal(handInDelay(interaction('a', 'wrap_up'), now), null);
  t.equal(handInDelay({ ...wrapUp, state: 'bridged' }, now), null);
  t.equal(handInDelay(null, now), null);
});

t.test('an action shows its progress and its failure, and is done once at a time', async t => {
  const calls: string[] = [];
  let finish: (error?: Error) => void = () => undefined;
  const action = new Action((subject: string) => {
    calls.push(subject);
    return new Promise<void>((resolve, reject) => {
      finish = error => (error ? reject(error) : resolve());
    });
  });

  const first = action.run('a');
  t.match(action.state.get(), { pending: true, subject: 'a', failure: null });
  t.equal(await action.run('a'), false, 'the impatient second press');
  const failure = new Error('no');
  finish(failure);
  t.equal(await first, false);
  t.match(action.state.get(), { pending: false, done: false, failure });

  const second = action.run('b');
  t.match(action.state.get(), { pending: true, subject: 'b', failure: null });
  finish();
  t.equal(await second, true);
  t.match(action.state.get(), { pending: false, done: true, failure: null });
  t.same(calls, ['a', 'b']);
});
