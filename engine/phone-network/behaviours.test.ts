import { readFileSync } from 'node:fs';
import t from 'tap';
import { behaviourOf, behaviours, calledNumber } from './behaviours.js';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

t.test('the last two digits decide', async t => {
  for (const behaviour of behaviours) t.equal(behaviourOf(`+8210555001${behaviour.ending}`), behaviour);
  for (const number of ['', '5', '+821055500199', 'nobody', '1e9']) t.equal(behaviourOf(number).ending, '00');
  t.equal(behaviourOf('010-5550-01 0-1').ending, '01');
  t.equal(new Set(behaviours.map(behaviour => behaviour.ending)).size, behaviours.length);
});

t.test('the called number is read from any URI a trunk is called with', async t => {
  t.equal(calledNumber('sip:+821055500101@127.0.0.1:5090;transport=udp'), '+821055500101');
  t.equal(calledNumber('sip:01055500102;phone-context=+82@127.0.0.1;user=phone'), '01055500102');
  t.equal(calledNumber('SIPS:02:secret@host'), '02:secret');
  t.equal(calledNumber('tel:+1-212-555-0103;ext=07'), '+1-212-555-0103');
  t.equal(calledNumber('sip:127.0.0.1:5090'), '');
});

t.test('documentation and demo shop tell what each number does', async t => {
  const documentation = read('docs/phone-network.md');
  const shop = read('web-softphone/demo-shop/index.html');
  for (const { ending, does } of behaviours) {
    t.match(documentation, `| ${ending} | ${does.en} |`);
    const row = new RegExp(`<tr data-ending="${ending}">[^]*?</tr>`).exec(shop)?.[0] ?? '';
    t.match(row, `>${does.en}<`);
    t.match(row, `>${does.ko}<`);
  }
  t.equal(shop.match(/data-ending/g)?.length, behaviours.length);
});
