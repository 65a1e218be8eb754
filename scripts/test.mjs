// `npm test`, and `npm test -- gateway/acd` for a part of it.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
try {
  const { build } = await import('./build.mjs');
  await build();
  const { main } = await import('../dist/scripts/test-run/main.js');
  process.exitCode = await main(root, process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log('\n0 passed, 1 failed');
  process.exitCode = 1;
}
