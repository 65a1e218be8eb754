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

async function buildAndStart() {
  try {
    const { build } = await import('./build.mjs');
    const began = performance.now();
    if (await build()) console.log(`Built in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  } catch (error) {
    // esbuild has said what is wrong with which line; its own stack helps nobody.
    console.error(`The build failed. ${error.message}`);
    return 1;
  }
  const { main } = await import('../dist/scripts/start.js');
  return main(process.argv.slice(2));
}

const complaint = missing();
if (complaint) {
  console.error(complaint);
  process.exitCode = 1;
} else {
  // No await here: an old Node could not even read the file, and say why.
  buildAndStart().then(code => {
    process.exitCode = code;
  });
}
