// `npm run bench:NAME`: builds, then runs scripts/bench/NAME.
try {
  const { build } = await import('./build.mjs');
  await build();
  const [name, ...args] = process.argv.slice(2);
  const { main } = await import(`../dist/scripts/bench/${name}/main.js`);
  process.exitCode = await main(args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
