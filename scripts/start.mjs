// `npm start`. Plain JavaScript that an old Node can read, so that it gets to say what is missing.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function missing() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20)
    return `Node 20 or newer is needed, this is v${process.versions.node}: get it at https://nodejs.org`;
  if (!existsSync(join(root, 'node_modules', 'esbuild')))
    return 'The dependencies are not installed: run "npm ci" first.';
  return undefined;
}

const complaint = missing();
if (complaint) {
  console.error(complaint);
  process.exitCode = 1;
} else {
  import('./build.mjs')
    .then(async ({ build }) => {
      const began = performance.now();
      if (await build()) console.log(`Built in ${((performance.now() - began) / 1000).toFixed(1)} s`);
      const { main } = await import('../dist/scripts/start.js');
      process.exitCode = await main(process.argv.slice(2));
    })
    .catch(error => {
      console.error(error);
      process.exitCode = 1;
    });
}
