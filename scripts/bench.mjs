// `npm run bench:callback`: builds, then measures.
try {
  const { build } = await import('./build.mjs');
  await build();
  const { main } = await import('../dist/scripts/bench/callback.js');
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
