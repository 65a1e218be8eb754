import t from 'tap';
import { accentStyle, contrast, readable } from './colours.js';

t.test('contrast as WCAG 2.2 defines it', async t => {
  t.equal(contrast('#000000', '#ffffff'), 21);
  t.equal(contrast('#777777', '#777777'), 1);
  t.ok(Math.abs(contrast('#767676', '#ffffff') - 4.54) < 0.01);
});

t.test('whatever colour a site has, it can be read on both grounds', async t => {
  for (const red of [0, 90, 255])
    for (const green of [0, 90, 180, 255])
      for (const blue of [0, 128, 255]) {
        const colour = `#${[red, green, blue].map(part => part.toString(16).padStart(2, '0')).join('')}`;
        const light = readable(colour, 'light');
        t.ok(
          contrast(light, '#f4f6fb') >= 4.5 && contrast(light, '#ffffff') >= 4.5,
          `${colour} on light: ${light}`,
        );
        const dark = readable(colour, 'dark');
        t.ok(
          contrast(dark, '#212838') >= 4.5 && contrast(dark, '#0c1739') >= 4.5,
          `${colour} on dark: ${dark}`,
        );
      }
});

t.test('a colour that can be read stays as it is', async t => {
  t.equal(readable('#2b57d9', 'light'), '#2b57d9');
  t.match(accentStyle('#2b57d9'), '--accent:#2b57d9');
});
