import t from 'tap';
import { pronounced } from './pronunciation.js';

t.test('Korean as it sounds, by the rules of 표준 발음법 and its examples', t => {
  const cases: [written: string, spoken: string][] = [
    ['감사합니다', '감사함니다'],
    ['여섯 명', '여선 명'],
    ['국물', '궁물'],
    ['앞마당', '암마당'],
    ['않고', '안코'],
    ['끊거나', '끈커나'],
    ['입학', '이팍'],
    ['연락', '열락'],
    ['열넷', '열렛'],
    ['종료', '종뇨'],
    ['잘못 누르셨습니다', '잘몬 누르셨슴니다'],
    ['이십육', '이심뉵'],
    ['열여섯', '열려섯'],
    ['오전 여덟 시', '오전 여덜 씨'],
    ['될 수 있습니다.', '될 쑤 있슴니다.'],
    ['2번을', '이번을'],
    ['한 시, 네 시', '한 시, 네 시'],
    ['밥. 나', '밥. 나'],
  ];
  for (const [written, spoken] of cases) t.equal(pronounced(written), spoken, written);
  t.end();
});
