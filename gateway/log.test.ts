import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';

t.test('a process ends whose log nobody reads any more', async t => {
  const log = new URL('./log.js', import.meta.url).href;
  const program = `
    const { openLog } = await import(${JSON.stringify(log)});
    process.stdin.on('close', () => {
      const log = openLog('info');
      for (const line of ['one that is being written', 'one that would wait for it']) log.info(line);
      process.exit(0);
    }).resume();
    console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  child.stderr.destroy();
  const exited = once(child, 'exit');
  child.stdin.end();
  t.same(await exited, [0, null]);
});
