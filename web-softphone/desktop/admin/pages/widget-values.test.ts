import t from 'tap';
import type { Site, WidgetSettings } from '../api.js';
import { en } from '../i18n/en.js';
import { faults, newGreeting, pagesIn, settingsOf, valuesOf } from './widget-values.js';

const site = (widget: WidgetSettings): Site => ({
  id: '1',
  key: 'shop',
  name: 'Shop',
  origins: [],
  locales: ['ko', 'en'],
  widget,
  disabledAt: null,
  version: 1,
});

t.test('what was set comes back as it was', async t => {
  const widget: WidgetSettings = {
    accent: '#ff8800',
    position: 'start',
    hideWhenClosed: true,
    browserCalls: false,
    button: { ko: '전화 상담' },
    intro: { ko: '안녕하세요', en: 'Hello' },
    greetings: [
      {
        key: 'cart',
        text: { ko: '도와드릴까요?', en: 'May we help?' },
        queue: 'sales',
        pages: ['/cart', '/shop/*'],
        afterSeconds: 30,
        returning: false,
        cartAtLeast: 0,
      },
      { key: 'plain', text: { ko: '가', en: 'a' }, queue: 'support', afterSeconds: 0, returning: true },
    ],
  };
  t.same(settingsOf(valuesOf(site(widget))), widget);
  t.same(
    settingsOf(valuesOf(site({}))),
    { position: 'end', hideWhenClosed: false, browserCalls: true, greetings: [] },
    'and nothing is made up where the own words of the widget hold',
  );
});

t.test('a page is a path, however it was pasted', async t => {
  t.same(
    pagesIn([
      ' https://www.example.com/shop/machines?color=red#top ',
      'shop/*, /cart /cart',
      'https://www.example.com/%EC%83%81%ED%92%88/1',
      '/100%',
      ' ',
    ]),
    ['/shop/machines', '/shop/*', '/cart', '/상품/1', '/100%'],
  );
});

t.test('what is wrong is said at its field', async t => {
  const values = valuesOf(site({}));
  t.same(faults(values, en), {});
  const first = newGreeting([], 'sales');
  const second = newGreeting(['greeting-1'], '');
  t.equal(second.key, 'greeting-2', 'each has a key of its own');
  t.same(
    faults(
      {
        ...values,
        accent: 'red',
        greetings: [
          { ...first, text: { ko: ' ', en: 'Hello' } },
          { ...second, key: 'greeting-1', text: { ko: '가', en: 'a' }, pages: [`/${'x'.repeat(200)}`] },
        ],
      },
      en,
    ),
    {
      accent: en.widget.accentWrong,
      'greetings.0.text.ko': en.missing,
      'greetings.1.key': en.widget.keyTwice,
      'greetings.1.queue': en.missing,
      'greetings.1.pages': en.widget.pageTooLong,
    },
  );
});
