import t from 'tap';
import type { Callback } from './callback.js';
import { backoff, follow, type Source } from './feed.js';
import { callbackWith } from './testing/callback.js';

const at = (state: Callback['state']): Callback => callbackWith({ state });
class Final extends Error {}

/** Follows a scripted source: each stream and each read takes the next step of its script. */
async function run(streams: (Callback[] | Error)[], reads: (Callback | Error)[]) {
  const seen: string[] = [];
  const waits: number[] = [];
  const reachable: boolean[] = [];
  const source: Source = {
    stream: async (_signal, onCallback) => {
      const step = streams.shift() ?? new Error('no stream');
      if (step instanceof Error) throw step;
      step.forEach(onCallback);
    },
    read: async () => {
      const step = reads.shift() ?? new Final('script is over');
      if (step instanceof Error) throw step;
      return step;
    },
  };
  const stop = new AbortController();
  const failure = await follow(source, {
    signal: stop.signal,
    onCallback: callback => seen.push(callback.state),
    onReachable: value => reachable.push(value),
    isFinal: error => error instanceof Final,
    wait: async ms => {
      waits.push(ms);
    },
  }).then(
    () => undefined,
    error => error as Error,
  );
  return { seen, waits, reachable, failure };
}

t.test('follows the stream to the end', async t => {
  const { seen, waits, failure } = await run([[at('waiting'), at('dialing'), at('done')]], []);
  t.same(seen, ['waiting', 'dialing', 'done']);
  t.same(waits, []);
  t.equal(failure, undefined);
});

t.test('asks when the stream breaks, then streams again', async t => {
  const { seen, waits, reachable } = await run(
    [[at('waiting')], new Error('cut'), [at('bridged'), at('done')]],
    [at('waiting'), new Error('offline')],
  );
  t.same(seen, ['waiting', 'waiting', 'bridged', 'done']);
  t.equal(waits.length, 2);
  t.ok(reachable.includes(false));
  t.equal(reachable.at(-1), true);
});

t.test('is done by asking alone when streams never come through', async t => {
  const { seen, failure } = await run([], [at('waiting'), at('offered'), at('done')]);
  t.same(seen, ['waiting', 'offered', 'done']);
  t.equal(failure, undefined);
});

t.test('waits longer from failure to failure, and starts anew once the stream speaks', async t => {
  const cut = new Error('cut');
  const { waits } = await run([cut, cut, cut, [at('waiting')], cut], [cut, cut, cut, cut]);
  t.ok(waits[0]! < waits[1]! && waits[1]! < waits[2]!);
  t.ok(waits[3]! < waits[2]!);
});

t.test('gives up when the callback is not known', async t => {
  const { failure } = await run([new Final('unknown')], []);
  t.type(failure, Final);
});

t.test('the delay is bounded', async t => {
  t.equal(
    backoff(0, () => 0),
    1000,
  );
  t.equal(
    backoff(50, () => 0),
    15000,
  );
  t.equal(
    backoff(50, () => 1),
    11250,
  );
});
