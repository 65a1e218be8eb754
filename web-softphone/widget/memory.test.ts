import t from 'tap';
import { createMemory } from './memory.js';

function fakeStorage() {
  const values = new Map<string, string>();
  return {
    values,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
}

t.test('remembers a callback for its site until it is cleared', async t => {
  const storage = fakeStorage();
  const memory = createMemory('https://a.example', 'demo', () => storage);
  const other = createMemory('https://a.example', 'other', () => storage);
  t.equal(memory.load(), null);
  memory.save({ id: '1', token: 'x', open: true });
  t.same(memory.load(), { id: '1', token: 'x', open: true });
  t.equal(other.load(), null);
  memory.clear();
  t.equal(storage.values.size, 0);
});

t.test('a talk that can be rated is remembered until then', async t => {
  const storage = fakeStorage();
  const kept = createMemory('https://a.example', 'demo', () => storage);
  const talk = { id: '1', token: 'x', open: false };
  kept.save({ ...talk, rateUntil: Date.now() + 60_000 });
  t.match(kept.load(), talk);
  kept.save({ ...talk, rateUntil: Date.now() - 1 });
  t.equal(kept.load(), null);
});

t.test('nonsense in the storage, or no storage, is no memory', async t => {
  const storage = fakeStorage();
  const memory = createMemory('https://a.example', 'demo', () => storage);
  memory.save({ id: '1', token: 'x', open: true });
  const [key] = [...storage.values.keys()];
  for (const nonsense of ['{', '7', '{"id":1,"token":"x"}', '"text"']) {
    storage.values.set(key!, nonsense);
    t.equal(memory.load(), null);
  }
  const forbidden = createMemory('https://a.example', 'demo', () => {
    throw new Error('storage is forbidden');
  });
  forbidden.save({ id: '1', token: 'x', open: true });
  forbidden.clear();
  t.equal(forbidden.load(), null);
});

t.test('who the visitor is, only where he wants it', async t => {
  const storage = fakeStorage();
  const memory = createMemory('https://a.example', 'demo', () => storage);
  t.equal(memory.me(), null);
  memory.rememberMe({ country: 'KR', phone: '010-5550-0000', name: '' });
  t.same(memory.me(), { country: 'KR', phone: '010-5550-0000', name: '' });
  memory.rememberMe(undefined);
  t.equal(storage.values.size, 0);
});

t.test('a greeting that was closed, and a day on which he was here', async t => {
  const storage = fakeStorage();
  const memory = createMemory('https://a.example', 'demo', () => storage);
  t.notOk(memory.greetingsOff());
  memory.stopGreetings();
  t.ok(memory.greetingsOff());
  t.notOk(memory.wasHere('Mon'), 'the first time');
  t.notOk(memory.wasHere('Mon'), 'the same day');
  t.ok(memory.wasHere('Tue'), 'the day after');
});
