import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import t from 'tap';
import { People } from './support/browser.js';
import { nextNumber, startStack } from './support/stack.js';
import { Visitor } from './support/visitor.js';

t.setTimeout(600_000);

const stack = await startStack(t);
const people = await People.gather(t);

for (const language of ['ko', 'en'] as const) {
  t.test(`a visitor chooses a time, moves it and takes it back: ${language}`, async t => {
    const visitor = await Visitor.enter(people, stack.url, language, { timezoneId: 'America/New_York' });
    t.teardown(() => visitor.page.context().close());
    await visitor.open();
    await visitor.find('when-later').check();
    await visitor.find('time').waitFor();
    t.match(await visitor.find('when-later').locator('xpath=ancestor::fieldset').textContent(), 'New York');
    const days = await visitor.find('day').locator('option').allTextContents();
    t.ok(days.length >= 7, `some days to choose from (${days.length})`);
    await visitor.find('day').selectOption({ index: 1 });
    const chosen = await visitor.find('time').inputValue();
    await visitor.send({ phone: nextNumber(), name: language });
    await visitor.sees('scheduled');
    const [stored] = await stack.sql<{ id: string; slotAt: Date; timeZone: string }[]>`
      select id, slot_at as "slotAt", time_zone as "timeZone" from interactions where name = ${language}`;
    t.equal(stored!.slotAt.toISOString(), chosen);
    t.equal(stored!.timeZone, 'America/New_York');
    const shown = await visitor.find('position').textContent();
    const clock = new Intl.DateTimeFormat(language, {
      timeZone: 'America/New_York',
      hour: 'numeric',
      minute: '2-digit',
    });
    t.match(
      shown,
      clock.format(stored!.slotAt).replace(/[\s\u202f]?[AP]M/, ''),
      `shown on the visitor's clock: ${shown}`,
    );

    // The same callback by its link, in a browser that knows nothing of it.
    await visitor.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await visitor.find('link').click();
    await visitor.page.waitForFunction(() => navigator.clipboard.readText().then(text => text.includes('#')));
    const link = await visitor.page.evaluate(() => navigator.clipboard.readText());
    const elsewhere = await people.page({ locale: language === 'ko' ? 'ko-KR' : 'en-US' });
    t.teardown(() => elsewhere.context().close());
    await elsewhere.goto(link);
    const there = (testId: string) => elsewhere.getByTestId(`rb-${testId}`);
    await elsewhere.locator('[data-testid="rb-status"][data-state="scheduled"]').waitFor();
    await there('change').click();
    await there('time').waitFor();
    await there('day').selectOption({ index: 2 });
    const moved = await there('time').inputValue();
    await there('move').click();
    await there('change').waitFor();
    const [after] = await stack.sql<{ slotAt: Date }[]>`
      select slot_at as "slotAt" from interactions where id = ${stored!.id}`;
    t.equal(after!.slotAt.toISOString(), moved);

    // The first page has followed; from there it becomes now, and is taken back by the link.
    await visitor.find('change').click();
    await visitor.find('move-now').click();
    await visitor.sees('waiting');
    await elsewhere.locator('[data-testid="rb-status"][data-state="waiting"]').waitFor();
    await there('cancel').click();
    await there('cancel-confirm').click();
    await visitor.sees('done', 'cancelled');
    await elsewhere.locator('[data-testid="rb-status"][data-state="done"]').waitFor();
    t.equal(await there('again').isVisible(), false, 'there is no form behind a link');
  });
}

t.test('a counter that is closed can be asked for another time', async t => {
  await stack.sql`update opening_hours set time_zone = 'Asia/Seoul', weekly = ${stack.sql.json({})}`;
  const opens = new Date(Date.now() + 24 * 3_600_000);
  const day = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][opens.getUTCDay()]!;
  await stack.sql`update opening_hours set time_zone = 'UTC', public_holidays = null,
    weekly = ${stack.sql.json({ [day]: ['00:00-24:00'] })}`;
  await stack.sql`update queues set opening_hours_id = (select id from opening_hours)`;
  const visitor = await Visitor.enter(people, stack.url, 'en', { timezoneId: 'Asia/Seoul' });
  t.teardown(() => visitor.page.context().close());
  await visitor.open();
  await visitor.find('time').waitFor();
  t.equal(await visitor.find('when-now').isDisabled(), true);
  t.match(await visitor.page.getByRole('dialog').textContent(), 'Closed, opens');
  await visitor.send({ phone: nextNumber() });
  await visitor.sees('scheduled');
});

t.test('the button alone stays small', async t => {
  const folder = join(import.meta.dirname, '../web');
  const size = (file: string) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length;
  t.ok(size('widget.js') < 15 * 1024, `${size('widget.js')} bytes`);
  t.ok(size('widget-later.js') < 5 * 1024, `${size('widget-later.js')} bytes, when the panel opens`);
});
