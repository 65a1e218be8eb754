import t from 'tap';
import { Preferences, soundChoicesOf } from './preferences.js';

/** What a browser keeps. */
function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as Storage;
}

t.test('what was chosen is there again', async t => {
  const browser = storage();
  const before = new Preferences(browser);
  t.same(before.sound.get(), {
    microphone: '',
    talkOutput: '',
    ringOutput: '',
    talkVolume: 100,
    ringVolume: 60,
  });
  before.setSound({ ringOutput: 'speakers' });
  before.setSound({ ringVolume: 0 });
  before.setRing(false);
  const after = new Preferences(browser);
  t.match(after.sound.get(), { ringOutput: 'speakers', ringVolume: 0, talkVolume: 100 });
  t.equal(after.ring.get(), false);
});

t.test('what is none of ours is not taken', async t => {
  const unchosen = soundChoicesOf(null);
  for (const stored of ['', 'nonsense', 'null', '7', '[]']) t.same(soundChoicesOf(stored), unchosen, stored);
  t.same(soundChoicesOf('{"microphone":7,"talkVolume":101,"ringVolume":"loud"}'), unchosen);
  t.same(soundChoicesOf('{"microphone":"m","talkVolume":-1,"ringVolume":30}'), {
    ...unchosen,
    microphone: 'm',
    ringVolume: 30,
  });
});
