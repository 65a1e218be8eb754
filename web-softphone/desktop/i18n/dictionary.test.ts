import t from 'tap';
import { adminTexts } from '../admin/i18n/texts.js';
import { en } from './en.js';
import { ko } from './ko.js';
import { LanguageChoice, languageOf } from './language.js';
import { wordFor } from './word.js';

type Node = string | ((...args: never[]) => string) | { [key: string]: Node };

/** Every path of a dictionary with what it says; a function says something of its parameters. */
function sentences(node: Node, path = ''): [path: string, sentence: string][] {
  if (typeof node === 'string') return [[path, node]];
  if (typeof node === 'function') {
    const say = node as (...args: unknown[]) => string;
    return [[path, say(7, 7, 7)]];
  }
  return Object.entries(node).flatMap(([key, child]) => sentences(child, path ? `${path}.${key}` : key));
}

function storage(entries: Record<string, string> = {}): Storage {
  const map = new Map(Object.entries(entries));
  return {
    get length() {
      return map.size;
    },
    clear: () => map.clear(),
    getItem: key => map.get(key) ?? null,
    key: index => [...map.keys()][index] ?? null,
    removeItem: key => map.delete(key),
    setItem: (key, value) => map.set(key, value),
  };
}

t.test('both languages say the same things', async t => {
  for (const texts of [{ en, ko }, adminTexts])
    t.same(
      sentences(texts.ko).map(([path]) => path),
      sentences(texts.en).map(([path]) => path),
    );
});

t.test('no sentence is empty, and none has a gap where a parameter belongs', async t => {
  for (const [path, sentence] of [en, ko, adminTexts.en, adminTexts.ko].flatMap(texts => sentences(texts))) {
    t.ok(sentence.trim(), path);
    t.notMatch(sentence, /undefined|null|NaN|\[object|\{\w*\}/, path);
  }
});

t.test('Korean is Korean', async t => {
  const sameInBoth = ['product', 'detail.sip', 'queueRules.moved'];
  for (const [path, sentence] of [...sentences(ko), ...sentences(adminTexts.ko)]) {
    if (!sameInBoth.includes(path) && !path.startsWith('trunks.formats.')) t.match(sentence, /[가-힣]/, path);
  }
});

t.test('one and many', async t => {
  t.equal(en.empty.waiting(1), '1 callback is waiting');
  t.equal(en.empty.waiting(2), '2 callbacks are waiting');
});

t.test('a word of a newer server is shown as it is, made readable', async t => {
  t.equal(wordFor(en.outcomes, 'busy'), 'Customer busy');
  t.equal(wordFor(en.outcomes, 'line_on_fire'), 'line on fire');
  t.equal(wordFor(en.outcomes, 'toString'), 'toString');
});

t.test('the language of the page: chosen here, else of the account, else of the browser', async t => {
  t.equal(languageOf('ko-KR'), 'ko');
  t.equal(languageOf('de-DE'), null);

  const fresh = storage();
  const choice = new LanguageChoice(fresh, ['de-DE', 'ko-KR', 'en-US']);
  t.equal(choice.state.get(), 'ko');
  choice.suggest('en');
  t.equal(choice.state.get(), 'en');
  choice.choose('ko');
  choice.suggest('en');
  t.equal(choice.state.get(), 'ko');
  t.equal(new LanguageChoice(fresh, ['en']).state.get(), 'ko', 'remembered');
  t.equal(new LanguageChoice(storage(), ['fr']).state.get(), 'en');
});
