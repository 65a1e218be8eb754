import t from 'tap';
import { catalogue } from '../../gateway/errors.js';
import { type Callback, outcomes, states } from './callback.js';
import { chooseLanguage, languages, launcherTexts } from './launcher-texts.js';
import { stageOf } from './stage.js';
import { callbackWith } from './testing/callback.js';
import { waitInWords } from './texts.js';
import * as arabic from './words/ar.js';
import * as english from './words/en.js';
import * as korean from './words/ko.js';

const words = { en: english, ko: korean, ar: arabic };
const texts = { en: english.texts, ko: korean.texts, ar: arabic.texts };

/** Every text below `value`, functions called with a number or text that they take. */
function leaves(value: unknown, path: string): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, String(value('7', '7'))]];
  return Object.entries(value as object).flatMap(([key, part]) => leaves(part, `${path}.${key}`));
}

/** How a sentence of the language is recognised. */
const scripts = { en: /[a-z]/i, ko: /[가-힣]/, ar: /[\u0621-\u064a]/ };

t.test('each language says the same things, in its own words', async t => {
  const said = (language: 'en' | 'ko' | 'ar') => {
    const { texts, later, talk } = words[language];
    const { locale, refusals: _, ...panel } = texts;
    t.ok(locale.startsWith(language));
    return new Map(leaves({ panel, later, talk, launcher: launcherTexts[language] }, ''));
  };
  const wanted = [...said('en').keys()].sort();
  for (const language of languages) {
    const texts = said(language);
    t.same([...texts.keys()].sort(), wanted, language);
    const others = languages.filter(other => other !== language).map(other => scripts[other]);
    for (const [path, text] of texts) {
      t.match(text, scripts[language], `${path} is in ${language}`);
      for (const other of others) t.notMatch(text, other, `${path} is in ${language} alone`);
    }
  }
  t.match(texts.ko.estimate('약 3분'), '약 3분');
  for (const language of languages) t.match(texts[language].weCall('010'), '010');
});

t.test('what the server says in English and Korean alone is there in the other languages', async t => {
  // Of what a visitor can run into, and not the site's own code.
  const codes = Object.keys(arabic.texts.refusals ?? {});
  t.same(
    codes.filter(code => !(code in catalogue)),
    [],
    'no code that the server does not know',
  );
  for (const sentence of Object.values(arabic.texts.refusals ?? {})) t.match(sentence, scripts.ar);
});

for (const language of languages) {
  const text = texts[language];
  t.test(`every state and outcome has its stage: ${language}`, async t => {
    const headings = new Set<string>();
    for (const state of states.filter(state => state !== 'done')) {
      const slot = { at: '2026-12-01T00:00:00Z', until: '2026-12-01T00:30:00Z' };
      const stage = stageOf(
        callbackWith({ state, slot, position: 2, estimatedWait: { lowSeconds: 45, highSeconds: 180 } }),
        text,
      );
      t.equal(stage.cancellable, state !== 'bridged', `${state} can be cancelled`);
      t.equal(stage.again, undefined);
      t.equal(stage.place, state === 'waiting' ? text.position(2) : undefined);
      t.equal(stage.estimate, state === 'waiting' ? text.estimate(text.waitUpTo(3)) : undefined);
      headings.add(stage.heading);
    }
    t.match(stageOf(callbackWith({ cutOff: true }), text), text.cutOff);
    t.match(stageOf(callbackWith({ state: 'dialing', cutOff: true }), text), text.states.dialing);
    for (const outcome of outcomes) {
      const stage = stageOf(callbackWith({ state: 'done', outcome }), text);
      t.notOk(stage.cancellable);
      t.ok(stage.detail && stage.again, outcome);
      t.equal(stage.step, outcome === 'completed' ? 4 : undefined);
      headings.add(stage.heading);
    }
    t.equal(headings.size, states.length - 1 + outcomes.length, 'no two of them look alike');
    const unknown = { state: 'done', outcome: 'abducted' } as unknown as Partial<Callback>;
    t.equal(stageOf(callbackWith(unknown), text).heading, text.outcomes.failed.heading);
  });
}

t.test('a promised time, a next try, and one that somebody has to decide', async t => {
  const at = '2026-12-01T00:00:00Z';
  const scheduled = (part: Partial<Callback>) =>
    stageOf(callbackWith({ state: 'scheduled', ...part }), texts.en);
  t.match(scheduled({ dueAt: at, slot: { at, until: '2026-12-01T00:30:00Z' } }), {
    heading: texts.en.states.scheduled.heading,
    place: /Dec 1|Nov 30/,
    movable: true,
  });
  t.match(scheduled({ dueAt: at }), { heading: texts.en.callAgain.heading, place: /^Next try: / });
  t.match(scheduled({}), { heading: texts.en.callAgain.heading, place: undefined });
});

t.test('what a browser has lost is told otherwise than what a phone has not heard', async t => {
  const end = (outcome: Callback['outcome'], via: Callback['via']) =>
    stageOf(callbackWith({ state: 'done', outcome, via }), texts.en);
  t.match(end('failed', 'browser'), texts.en.browserLost);
  t.match(end('no_answer', 'browser'), texts.en.browserMissed);
  t.match(end('completed', 'browser'), texts.en.outcomes.completed);
  t.match(end('failed', 'phone'), texts.en.outcomes.failed);
});

t.test('the steps go forward', async t => {
  const steps = states
    .filter(state => state !== 'done' && state !== 'scheduled')
    .map(state => stageOf(callbackWith({ state }), texts.en).step ?? -1);
  t.same(steps, [...steps].sort());
});

t.test('waiting times in words', async t => {
  t.equal(waitInWords(texts.en, null), undefined);
  const cases: [low: number, high: number, en: string, ko: string][] = [
    [0, 60, 'Less than a minute', '1분 이내'],
    [0, 61, 'Up to 2 minutes', '길어야 2분'],
    [59, 240, 'Up to 4 minutes', '길어야 4분'],
    [60, 90, 'About 1–2 minutes', '약 1~2분'],
    [180, 360, 'About 3–6 minutes', '약 3~6분'],
    [185, 180, 'About 3 minutes', '약 3분'],
    [1800, 3600, 'About 30–60 minutes', '약 30~60분'],
    [1800, 3601, 'More than 30 minutes', '30분 이상'],
    [3600, 9000, 'More than an hour', '1시간 이상'],
    [30, 9000, 'More than an hour', '1시간 이상'],
  ];
  for (const [lowSeconds, highSeconds, en, ko] of cases) {
    t.equal(waitInWords(texts.en, { lowSeconds, highSeconds }), en);
    t.equal(waitInWords(texts.ko, { lowSeconds, highSeconds }), ko);
  }
});

t.test('the language is the first wish we speak', async t => {
  t.equal(chooseLanguage([undefined, '', 'ko-KR', 'en']), 'ko');
  t.equal(chooseLanguage(['fr', 'EN_us', 'ko']), 'en');
  t.equal(chooseLanguage(['ja', null]), 'en');
});

t.test('a callback whose counter is closed, has changed, or waits for a key, says so', async t => {
  const { en } = texts;
  const heading = (part: Partial<Callback>) => stageOf(callbackWith(part), en);
  t.match(heading({ waitsFor: 'opening' }), en.shut);
  t.match(
    heading({ waitsFor: 'opening', opensAt: '2026-12-01T00:00:00Z' }).detail,
    /You keep your place\. It opens /,
  );
  t.match(heading({ movedFrom: 'Support', position: 1 }).detail, /^Moved from Support to Sales/);
  t.match(heading({ state: 'dialing', confirming: true }), en.pressOne);
});
