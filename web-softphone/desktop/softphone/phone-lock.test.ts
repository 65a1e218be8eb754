import t from 'tap';
import { holdPhone } from './phone-lock.js';

type Callback = (lock: Lock | null) => unknown;

/** One exclusive lock, as the Web Locks API grants it. */
class FakeLocks {
  #held = false;
  readonly #queue: (() => void)[] = [];

  async request(_name: string, options: LockOptions, callback: Callback): Promise<unknown> {
    if (options.ifAvailable && options.signal) throw new DOMException('not both', 'NotSupportedError');
    if (this.#held && options.ifAvailable) return await callback(null);
    if (this.#held) {
      await new Promise<void>((resolve, reject) => {
        this.#queue.push(resolve);
        options.signal?.addEventListener('abort', () => {
          this.#queue.splice(this.#queue.indexOf(resolve), 1);
          reject(new DOMException('given up', 'AbortError'));
        });
      });
    }
    this.#held = true;
    try {
      return await callback({ name: _name, mode: 'exclusive' });
    } finally {
      this.#held = false;
      this.#queue.shift()?.();
    }
  }
}

function tab(locks: LockManager) {
  const life = new AbortController();
  let taken = 0;
  const held = holdPhone(locks, life.signal, () => {
    taken += 1;
  });
  return { held, close: () => life.abort(), taken: () => taken };
}

t.test('the first tab has the phone, the second gets it when the first is closed', async t => {
  const locks = new FakeLocks() as unknown as LockManager;
  const first = tab(locks);
  await first.held;
  t.equal(first.taken(), 0);

  let secondHas = false;
  const second = tab(locks);
  const got = second.held.then(() => {
    secondHas = true;
  });
  await new Promise(resolve => setImmediate(resolve));
  t.equal(second.taken(), 1);
  t.equal(secondHas, false);

  first.close();
  await got;
  t.ok(secondHas);
  second.close();
});

t.test('a tab that is closed while it waits does not get it', async t => {
  const locks = new FakeLocks() as unknown as LockManager;
  const first = tab(locks);
  await first.held;
  const second = tab(locks);
  await new Promise(resolve => setImmediate(resolve));
  second.close();
  await t.rejects(second.held, { name: 'AbortError' });
  first.close();
});

t.test('where a browser has no locks, everybody may', async t => {
  await t.resolves(holdPhone(undefined, new AbortController().signal, () => t.fail('nobody has it')));
});
