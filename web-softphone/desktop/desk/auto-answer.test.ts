import t from 'tap';
import type { Interaction } from '../api/types.js';
import { AutoAnswer } from './auto-answer.js';

const offered = (id: string, autoAnswer = true) => ({ id, state: 'offered', autoAnswer }) as Interaction;

/** The desktop of an agent, in which time passes when the test says so. */
function desktop({ here = true, works = true } = {}) {
  const did: string[] = [];
  const desk = { here, works };
  let due: (() => void) | undefined;
  const auto = new AutoAnswer({
    may: () => desk.here,
    tone: () => did.push('tone'),
    accept: async id => {
      did.push(`accept ${id}`);
      return desk.works;
    },
    failed: () => did.push('rings'),
    after: (_ms, act) => {
      due = act;
      return () => {
        due = undefined;
      };
    },
  });
  const timePasses = async () => {
    due?.();
    due = undefined;
    await new Promise(setImmediate);
  };
  return { auto, did, desk, timePasses };
}

t.test('a tone, and then it is taken, once', async t => {
  const { auto, did, timePasses } = desktop();
  t.equal(auto.follow(offered('a')), true);
  t.same(did, ['tone']);
  t.equal(auto.follow(offered('a')), true, 'the same again');
  await timePasses();
  t.same(did, ['tone', 'accept a']);
  auto.follow(offered('b'));
  await timePasses();
  t.same(did.slice(2), ['tone', 'accept b']);
});

t.test('what is not meant for it is left to the agent', async t => {
  const { auto, did, timePasses } = desktop();
  t.equal(auto.follow(offered('a', false)), false, 'the queue does not say so');
  t.equal(auto.follow({ ...offered('a'), state: 'accepted' }), false);
  t.equal(auto.follow(null), false);
  await timePasses();
  t.same(did, []);
  const elsewhere = desktop({ here: false });
  t.equal(elsewhere.auto.follow(offered('a')), false, 'calls ring in another tab');
  t.same(elsewhere.did, []);
});

t.test('taken back, or declined, before its time', async t => {
  const { auto, did, desk, timePasses } = desktop();
  auto.follow(offered('a'));
  auto.follow(null);
  await timePasses();
  t.same(did, ['tone']);
  auto.follow(offered('b'));
  desk.here = false;
  await timePasses();
  t.same(did, ['tone', 'tone'], 'the agent declines already');
});

t.test('what cannot be taken rings', async t => {
  const { auto, did, timePasses } = desktop({ works: false });
  auto.follow(offered('a'));
  await timePasses();
  t.same(did, ['tone', 'accept a', 'rings']);
});
