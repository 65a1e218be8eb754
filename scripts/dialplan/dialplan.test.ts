import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { connect, migrate } from '../../gateway/store/index.js';
import { seedDemo } from '../../gateway/tenants/index.js';
import { testDatabase } from '../../test/support/database.js';
import { momentOf } from './moment.js';

t.test('times as they are typed', async t => {
  t.same(momentOf('2026-12-25T10:00', 'Asia/Seoul'), new Date('2026-12-25T01:00Z'));
  t.same(momentOf('2026-12-25T10:00-05:00', 'Asia/Seoul'), new Date('2026-12-25T15:00Z'));
  t.same(momentOf('2026-12-25T10:00Z', 'Asia/Seoul'), new Date('2026-12-25T10:00Z'));
  t.equal(momentOf('yesterday', 'Asia/Seoul'), undefined);
  t.equal(momentOf('2026-13-25T10:00', 'Asia/Seoul'), undefined);
});

t.test('the command checks, shows, applies and exports', async t => {
  const { url } = await testDatabase(t);
  const sql = connect({ url, max: 2 });
  t.teardown(() => sql.end());
  const dataDir = mkdtempSync(join(tmpdir(), 'dialplan-'));
  t.teardown(() => rmSync(dataDir, { recursive: true }));
  const folder = join(dataDir, 'dialplan');
  cpSync('dialplan', folder, { recursive: true });
  const run = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['dist/scripts/dialplan/main.js', ...args, '--folder', folder],
      {
        env: { ...process.env, RINGBRIDGE_DATA_DIR: dataDir, RINGBRIDGE_DATABASE_URL: url },
        encoding: 'utf8',
      },
    );
    return { status, stdout, stderr };
  };
  t.match(
    run('check'),
    { status: 0, stdout: /1 flows are right\nThe database does not answer/ },
    'before the first start',
  );
  t.match(run('apply'), { status: 1, stderr: 'The database has no schema yet: start Ringbridge once\n' });
  await migrate(sql);
  await seedDemo(sql, { origins: ['http://localhost'], password: 'irrelevant here' });
  t.match(run('check'), { status: 0, stdout: /^.*1 flows are right\n$/ });
  t.match(run('show', '+82215880000', '--stored'), { status: 1, stderr: /leads to no flow/ });
  t.match(run('apply', '--dry-run'), { status: 0, stdout: /demo: would change\n {2}flow main: added/ });
  t.match(run('apply', '--by', 'robin'), { status: 0, stdout: /demo: changed \(version 1\)/ });
  t.match(run('apply'), { status: 0, stdout: 'demo: nothing has changed (version 1)\n' });
  const shown = run('show', '+82215880000', '--at', '2026-12-25T10:00', '--digits', '2,3', '--stored');
  t.match(shown, {
    status: 0,
    stdout: /Friday.? 25 December 2026.*10:00 \(Asia\/Seoul\)\n 1\. language \(menu\)/,
  });
  t.match(shown.stdout, /Christmas Day → closed/);
  t.match(run('show', '+82215880000', '--at', 'noon'), { status: 1, stderr: /--at must be a time/ });
  const exported = join(dataDir, 'exported');
  t.match(run('export', exported), { status: 0, stdout: join(exported, 'demo-main.yaml') });
  t.match(readFileSync(join(exported, 'demo-main.yaml'), 'utf8'), /^tenant: demo\nflow: main$/m);
  writeFileSync(
    join(folder, 'flows/demo.yaml'),
    readFileSync(join(folder, 'flows/demo.yaml'), 'utf8').replaceAll('welcome]', 'welcom]'),
  );
  writeFileSync(join(folder, 'outbound.yaml'), 'routes: [{ prefix: "+", trunks: [nobody] }]\n');
  const faults = run('check');
  t.equal(faults.status, 1);
  t.match(faults.stderr, /outbound.yaml:1:\d+: there is no trunk named "nobody"/);
});
