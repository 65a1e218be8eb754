import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { connect } from '../../gateway/store/index.js';
import { People } from '../../test/support/browser.js';
import { writeHistory } from '../screenshots/history.js';
import { startProduct } from '../screenshots/product.js';
import { ensurePrograms } from '../test-run/programs.js';
import { adminScene } from './admin-scenes.js';
import { albumOf } from './album.js';
import { desktopScene } from './desktop-scenes.js';
import { Choice, looks } from './looks.js';
import { Studio } from './studio.js';
import { widgetScenes } from './widget-scenes.js';

const usage = `Takes pictures of every page and state into gallery/, in light, dark, desk, hand, ko and en.

Usage: npm run gallery [-- WORD…]
  WORD…    those pictures alone whose name has each of these words in it: widget ko dark hand
`;

const folder = fileURLToPath(new URL('../../../gallery/', import.meta.url));
/** Cleaned up from the last to the first. */
const ends: (() => unknown)[] = [];
const teardown = (end: () => unknown) => ends.push(end);

/** @returns whether there was any to be taken */
async function take(words: readonly string[]): Promise<boolean> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  ensurePrograms(['chromium']);
  const product = await startProduct();
  teardown(() => product.stop());
  const sql = connect({ url: product.databaseUrl, max: 1 });
  teardown(() => sql.end());
  await writeHistory(sql, 'agent1@demo.example');
  // Taking a picture must not cost the agent an offer, and the widget's pages shall have something to tell.
  await sql`update queues set offer_seconds = 60, wrap_up_seconds = 120`;
  await furnishWidget(sql);
  const people = await People.gather({ teardown });
  const studio = new Studio(product, people, folder, new Choice(words));
  for (const look of looks) {
    // The account's language counts where none was chosen.
    await sql`update users set locale = ${look.language}`;
    for (const scene of [...widgetScenes, desktopScene, adminScene]) await studio.play(scene, look);
  }
  writeFileSync(join(folder, 'index.html'), albumOf(studio.taken));
  console.log(`gallery/index.html: ${studio.taken.length} pictures`);
  if (studio.taken.length === 0)
    console.error(`No picture has all of these words in its name: ${words.join(' ')}`);
  return studio.taken.length > 0;
}

/** Two greetings with their counts, and what customers thought. */
async function furnishWidget(sql: ReturnType<typeof connect>): Promise<void> {
  const greetings = [
    {
      key: 'cart',
      text: { ko: '주문 전에 궁금한 점이 있으신가요?', en: 'Any question before you order?' },
      queue: 'sales',
      pages: ['/cart'],
      afterSeconds: 20,
      cartAtLeast: 300_000,
    },
    {
      key: 'again',
      text: { ko: '다시 오셨네요. 무엇을 도와드릴까요?', en: 'Welcome back. May we help?' },
      queue: 'support',
      afterSeconds: 60,
      returning: true,
    },
  ];
  const settings = { accent: '#c2410c', greetings };
  await sql`update sites set widget = ${sql.json(settings)} where key = 'demo'`;
  await sql`
    insert into greeting_counts (tenant_id, site_id, greeting, day, shown, accepted)
    select tenant_id, id, 'cart', current_date - 1, 412, 67 from sites where key = 'demo'`;
  await sql`
    insert into ratings (tenant_id, interaction_id, stars, comment)
    select tenant_id, id, case when name = 'Daniel Kim' then 3 else 5 end,
      case name when '박서준' then '세척 방법을 차근차근 알려 주셔서 바로 해결했습니다.' when 'Daniel Kim' then 'Friendly, but I had to wait.' end
    from interactions where outcome = 'completed'`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', default: false } },
});
if (values.help) console.log(usage);
else
  try {
    if (!(await take(positionals))) process.exitCode = 1;
  } finally {
    for (const end of ends.reverse()) await end();
  }
