import t from 'tap';
import { ApiError, catalogue, locales, preferredLocale } from './errors.js';

t.test('every error has a sentence in every language, with blanks that are filled, and a cure', async t => {
  for (const [code, entry] of Object.entries(catalogue)) {
    const blanks = (sentence: string) => [...sentence.matchAll(/\{\w+\}/g)].map(String).sort();
    for (const locale of locales) t.match(entry[locale], /[.?요다.]$/, `${code} in ${locale}`);
    t.same(blanks(entry.ko), blanks(entry.en), code);
    t.ok(entry.cure.length > 10, code);
    t.ok(entry.status >= 400 && entry.status < 600, code);
  }
});

t.test('an error is answered in the caller’s language, with its field', async t => {
  const error = new ApiError('phone_country_not_allowed', { field: 'phone', params: { country: 'GB' } });
  t.equal(error.status, 422);
  t.match(error.body('en'), { code: 'phone_country_not_allowed', field: 'phone', message: /\(GB\)/ });
  t.match(error.body('ko'), { message: /국가\(GB\)/ });
  const conflict = new ApiError('state_conflict', { params: { state: 'bridged' } });
  t.match(conflict.body('ko'), { message: /통화 중/ }, 'states are words of the language, too');
  t.notOk('field' in new ApiError('internal').body('en'));
});

t.test('the language is the first of Accept-Language that we speak', async t => {
  const cases: [header: string | undefined, locale: string][] = [
    [undefined, 'en'],
    ['', 'en'],
    ['ko', 'ko'],
    ['ko-KR,ko;q=0.9,en-US;q=0.8', 'ko'],
    ['fr, ko;q=0.5, en;q=0.7', 'en'],
    ['de', 'en'],
    ['ko;q=garbage, en', 'en'],
    [`${'x,'.repeat(10_000)}ko`, 'en'],
  ];
  t.equal(preferredLocale('fr', 'ko'), 'ko', 'or the fallback');
  for (const [header, locale] of cases) t.equal(preferredLocale(header), locale, String(header).slice(0, 40));
});
