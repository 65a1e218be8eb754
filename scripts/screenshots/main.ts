// `npm run screenshots`: makes the pictures of the README anew, of the product as it is.
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from '../../gateway/store/index.js';
import { People } from '../../test/support/browser.js';
import { ensurePrograms } from '../test-run/programs.js';
import { writeHistory } from './history.js';
import { startProduct } from './product.js';
import { scenes } from './scenes.js';

const folder = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
/** Cleaned up from the last to the first. */
const ends: (() => unknown)[] = [];
const teardown = (end: () => unknown) => ends.push(end);

async function take(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  ensurePrograms(['chromium']);
  const product = await startProduct();
  teardown(() => product.stop());
  const sql = connect({ url: product.databaseUrl, max: 1 });
  teardown(() => sql.end());
  for (const name of ['agent1', 'agent2']) await writeHistory(sql, `${name}@demo.example`);
  // Taking a picture must not cost the agent an offer.
  await sql`update queues set offer_seconds = 30, wrap_up_seconds = 60`;
  const people = await People.gather({ teardown });
  for (const scene of scenes) await scene({ ...product, people, folder });
  if (people.complaints.length > 0) throw new Error(`The pages complained:\n${people.complaints.join('\n')}`);
  for (const name of readdirSync(folder).filter(name => name.endsWith('.png'))) {
    console.log(`docs/images/${name}  ${Math.round(statSync(join(folder, name)).size / 1024)} KB`);
  }
}

try {
  await take();
} finally {
  for (const end of ends.reverse()) await end();
}
