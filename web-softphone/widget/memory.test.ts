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
