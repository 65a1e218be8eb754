import t from 'tap';
import { checkedPath, soundsOf, toneDigits } from './sounds.js';

const music = '/music.wav';

t.test('paths that FreeSWITCH would understand otherwise are refused', async t => {
  for (const path of ['/prompts/ko/환영.wav', '/a-b/c_d+e=f@g~h,1.2.wav']) t.equal(checkedPath(path), path);
  for (const path of [
    'relative.wav',
    '/with space.wav',
    '/a/../b.wav',
    '/{loops=3}/a.wav',
    '/a!b.wav',
    '/$${x}.wav',
    '/a\n.wav',
    '/a//b.wav',
    '/',
    '',
  ])
    t.throws(() => checkedPath(path), { code: 'bad_request' }, JSON.stringify(path));
});

t.test('what is played, in FreeSWITCH’s words', async t => {
  t.same(soundsOf({ tone: 'ringback', country: 'GB' }, music).items, [
    { sound: 'tone_stream://v=-13;%(400,200,400,450);%(400,2000,400,450);loops=-1', forever: false },
  ]);
  t.same(soundsOf({ tone: 'busy', country: 'nowhere' }, music).items, [
    { sound: 'tone_stream://v=-13;%(500,500,480,620);loops=-1', forever: false },
  ]);
  t.same(soundsOf([{ file: '/a.wav' }, { silenceMs: 250 }, { tone: 'beep' }], music), {
    items: [
      { sound: '/a.wav', forever: false },
      { sound: 'silence_stream://250', forever: false },
      { sound: 'tone_stream://v=-13;%(500,0,1400)', forever: false },
    ],
    files: ['/a.wav'],
  });
  t.same(soundsOf({ music: 'default' }, music).items, [{ sound: music, forever: true }]);
  t.equal(toneDigits('1*D', 80, 60), 'tone_stream://v=-13;d=80;w=60;1*d');
});

t.test('nothing and negative silence are refused', async t => {
  t.throws(() => soundsOf([], music), { code: 'bad_request' });
  t.throws(() => soundsOf({ silenceMs: -1 }, music), { code: 'bad_request' });
  t.throws(() => soundsOf({ silenceMs: 0.5 }, music), { code: 'bad_request' });
});
