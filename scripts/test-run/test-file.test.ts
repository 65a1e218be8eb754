import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { runTestFile } from './test-file.js';

/** Runs a test file of this content. */
async function run(t: { teardown(fn: () => unknown): unknown }, content: string, signal?: AbortSignal) {
  const root = mkdtempSync(join(tmpdir(), 'ringbridge tests '));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const file = join(root, 'it.test.mjs');
  writeFileSync(file, `import t from ${JSON.stringify(import.meta.resolve('tap'))};\n${content}`);
  return runTestFile({ file, root, env: process.env, timeout: 60, signal });
}

t.test('passes and failures are counted', async t => {
  const good = await run(t, "t.equal(1, 1); t.test('inner', t => { t.ok(true); t.end(); });");
  t.match(good, { passed: 2, failures: [] });
  const bad = await run(t, "t.test('inner', t => { t.ok(true); t.equal(1, 2, 'one'); t.end(); });");
  t.match(bad, { passed: 1, failures: [{ path: ['inner', 'one'] }] });
});

t.test('a file that breaks, ends early or tests nothing has failed', async t => {
  const broken = await run(t, "console.error('a word before'); throw new Error('broken');");
  t.equal(broken.failures.length, 1);
  t.match(broken.log.join('\n'), /a word before/);
  const early = await run(t, 't.test("inner", async t => { t.ok(true); process.exit(0); });');
  t.not(early.failures.length, 0);
  const empty = await run(t, '');
  t.equal(empty.failures.length, 1);
  const skipped = await run(t, "t.ok(true); t.test('later', { skip: true }, t => t.end());");
  t.equal(skipped.failures.length, 1, 'nothing is skipped silently');
});

t.test('one that is called off is ended with all it started', async t => {
  const cancel = new AbortController();
  const running = run(
    t,
    'setInterval(() => undefined, 1000); t.test("hangs", () => new Promise(() => undefined));',
    cancel.signal,
  );
  cancel.abort();
  t.match((await running).failures, [{ diagnostics: ['ended by SIGKILL'] }]);
});
