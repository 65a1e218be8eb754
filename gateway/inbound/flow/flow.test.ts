import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { testDatabase } from '../../../test/support/database.js';
import { connect, migrate } from '../../store/index.js';
import { seedDemo } from '../../tenants/index.js';
import { applyFlows } from './apply.js';
import { exportFlows } from './export.js';
import { flowOf, newestFlows } from './flows-sql.js';
import { rehearse } from './rehearsal.js';
import { flowSchemaFile } from './schema.js';
import { type FlowFolder, readFlows } from './source.js';
import { readWorld, type World } from './world.js';

const head =
  "tenant: demo\nflow: main\nnumbers: ['+82215880000']\nlanguage: en\nstart: welcome\nonFault: bye\nsteps:\n";
const bye = '  bye: { hangup: [goodbye] }\n';

function folderOf(t: Test, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'flows-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const read = (t: Test, text: string, world?: World): FlowFolder =>
  readFlows(folderOf(t, { 'f.yaml': text }), world);

/** What is said of a file, without its folder. */
const told = ({ faults }: FlowFolder) =>
  faults.map(({ line, column, reason }) => `${line}:${column}: ${reason}`);

t.test('the JSON schema beside the files is that of the source', async t => {
  t.same(JSON.parse(readFileSync(flowSchemaFile.path, 'utf8')), JSON.parse(flowSchemaFile.text));
});

t.test('the flow that comes along is right', async t => {
  const { flows, faults } = readFlows('dialplan/flows', undefined);
  t.same(faults, []);
  t.match(flows, [{ flow: { tenant: 'demo', flow: 'main' } }]);
});

t.test('what is wrong with a file is told with its place', async t => {
  for (const [steps, ...faults] of [
    ['  welcome: { play: [welcome], next: bye }\n'],
    ['  welcome: { play: [welcome], next: by }\n', '8:37: there is no step "by"; did you mean "bye"?'],
    [
      '  welcome: { play: [welcome] }\n',
      '8:12: step "welcome" is a dead end: a play step needs "next", the step that comes after it',
    ],
    [
      '  welcome: { menu: [demo-menu], choices: { "1": bye, "2": nowhere }, otherwise: bye }\n',
      '8:59: there is no step "nowhere"',
    ],
    [
      '  welcome: { play: [welcome], next: bye }\n  island: { play: [welcome], next: bye }\n',
      '9:11: no way leads to step "island": let a step lead to it, or take it out',
    ],
    [
      '  welcome: { play: [welcome], next: more }\n  more: { play: [welcome], next: welcome }\n',
      '9:9: the call goes round without anybody choosing anything: welcome → more → welcome',
      '8:12: from step "welcome" no call comes to an end: no queue, agent, external number or hangup lies behind it',
      '9:9: from step "more" no call comes to an end: no queue, agent, external number or hangup lies behind it',
    ],
    [
      '  welcome: { play: [welcom], next: bye }\n',
      /8:21: there is no prompt "welcom" in en; those of the house/,
    ],
    [
      '  welcome: { plya: [welcome], next: bye }\n',
      /8:12: step "welcome" needs one of play, language, hours/,
    ],
    [
      '  welcome: { play: [welcome], queue: sales, next: bye }\n',
      /is a "play" and a "queue": make two steps of it/,
    ],
    [
      '  welcome: { play: [welcome], nxt: bye }\n',
      /8:31: "nxt" is not known in steps.welcome; possible are play, heardOut, next/,
    ],
    [
      '  welcome: { menu: [demo-menu], choices: { x: bye }, otherwise: bye }\n',
      /8:44: "x" is not known in steps.welcome.choices/,
    ],
    [
      '  welcome: { menu: [demo-menu], choices: { "1": bye }, retries: 99, otherwise: bye }\n',
      /steps.welcome.retries must be <= 9/,
    ],
    ['  welcome: { external: 119, otherwise: bye }\n', /steps.welcome.external must be string/],
  ] as [string, ...(string | RegExp)[]][]) {
    const found = told(read(t, head + steps + bye));
    t.equal(found.length, faults.length, `${steps}${found.join('\n')}`);
    for (const fault of faults)
      t.ok(
        found.some(line => (typeof fault === 'string' ? line === fault : fault.test(line))),
        `${fault}\n${found.join('\n')}`,
      );
  }
});

t.test('two flows of one name, one number for two, and a folder that is not there', async t => {
  const file = `${head}  welcome: { play: [welcome], next: bye }\n${bye}`;
  const folder = folderOf(t, { 'a.yaml': file, 'b.yaml': file, 'c.txt': 'nonsense' });
  t.same(told(readFlows(folder, undefined)), [
    '2:7: there are two flows "main" of "demo"',
    '3:11: +82215880000 leads to flow "demo/main" already',
  ]);
  t.same(readFlows(join(folder, 'nowhere'), undefined), { flows: [], faults: [] });
});

async function store(t: Test) {
  const { url } = await testDatabase(t);
  const sql = connect({ url, max: 3 });
  t.teardown(() => sql.end());
  await migrate(sql);
  await seedDemo(sql, { origins: ['http://localhost'], password: 'irrelevant here' });
  return sql;
}

t.test('what a flow names has to be there', async t => {
  const sql = await store(t);
  await sql`insert into tenant_numbers (tenant_id, number) select id, '+82212340000' from tenants`;
  const world = await readWorld(sql);
  for (const [steps, fault, top = head] of [
    ['  welcome: { queue: sale, otherwise: bye }\n', /there is no queue "sale"; there are .*sales/],
    [
      '  welcome: { hours: offices, open: bye, closed: bye }\n',
      /there is no opening hours "offices"; there are office/,
    ],
    [
      '  welcome: { agent: nobody@demo.example, queue: sales, otherwise: bye }\n',
      /there is no agent "nobody@demo/,
    ],
    ['  welcome: { external: "+82100000", otherwise: bye }\n', /may not be called/],
    ['  welcome: { external: "+12025550123", otherwise: bye }\n', undefined],
    ['  welcome: { external: "+33142685300", otherwise: bye }\n', /cannot call numbers of this country/],
    [
      '  welcome: { play: [own-hello], next: bye }\n',
      /8:21: prompt "own-hello" has not been uploaded in en: PUT/,
    ],
    ['  welcome: { play: [{ opensAt: never }], next: bye }\n', /no opening hours "never"/],
    [
      bye.replace('bye:', 'welcome:'),
      /is no number of "demo": add it/,
      head.replace('+82215880000', '+82200000000'),
    ],
    [bye.replace('bye:', 'welcome:'), /is not proven/, head.replace('+82215880000', '+82212340000')],
    [
      bye.replace('bye:', 'welcome:'),
      /there is no company "dmeo"; there are demo/,
      head.replace('tenant: demo', 'tenant: dmeo'),
    ],
  ] as [string, RegExp | undefined, string?][]) {
    const found = told(read(t, top + steps + bye, world)).join('\n');
    if (fault) t.match(found, fault);
    else t.equal(found, '');
  }
});

t.test(
  'files are applied as a version, what changed is told and audited, and they come back by export',
  async t => {
    const sql = await store(t);
    const world = await readWorld(sql);
    const demo = world.get('demo')!;
    const apply = (text: string, pretend = false) =>
      applyFlows(sql, read(t, text, world).flows, world, { by: 'robin', pretend });
    const first = `${head}  welcome: { play: [welcome], next: bye }\n${bye}`;
    t.match(await apply(first, true), [
      { tenant: 'demo', version: 0, changes: ['flow main: added, with 2 steps', /leads here/] },
    ]);
    t.match(await apply(first), [{ version: 1 }]);
    t.same(await apply(first), [{ tenant: 'demo', version: 1, changes: [] }], 'nothing has changed');
    const begun = await flowOf(sql, '+82215880000');
    t.match(
      await apply(
        first.replace('[welcome]', '[welcome, recording-notice]').replace('language: en', 'language: ko'),
      ),
      [
        {
          version: 2,
          changes: [
            'flow main: language en → ko',
            'flow main: step welcome changed: play ["welcome"] → ["welcome","recording-notice"]',
          ],
        },
      ],
    );
    t.match(begun, { version: 1, flow: { language: 'en' } }, 'a call that began before keeps what it has');
    t.match(await flowOf(sql, '+82215880000'), { version: 2, tenantId: demo.id });
    t.equal(await flowOf(sql, '+82215880001'), undefined);
    t.match(await sql`select data from events where type = 'administered' order by id`, [
      { data: { kind: 'flows', name: 'version 1', by: 'robin' } },
      { data: { kind: 'flows', name: 'version 2', change: { changes: { length: 2 } } } },
    ]);
    const folder = folderOf(t, {});
    t.same(await exportFlows(sql, folder), [join(folder, 'demo-main.yaml')]);
    const exported = readFlows(folder, world);
    t.same(exported.faults, []);
    t.same(exported.flows[0]?.flow, (await newestFlows(sql, demo.id)).flows[0]);
    t.same(Object.keys(exported.flows[0]!.flow.steps), ['welcome', 'bye'], 'in the order of the file');
    t.match(await applyFlows(sql, exported.flows, world, { by: 'robin' }), [{ version: 2, changes: [] }]);
  },
);

t.test('one company cannot take the number of another', async t => {
  const sql = await store(t);
  await sql`
    with other as (insert into tenants (slug, name, countries, caller_id) values ('other', 'Other', '{KR}', '+82211112222') returning id)
    insert into tenant_numbers (tenant_id, number, verified_at) select id, '+82215880000', now() from other`;
  const world = await readWorld(sql);
  const text = `${head}  welcome: { play: [welcome], next: bye }\n${bye}`;
  await applyFlows(sql, read(t, text, world).flows, world, { by: 'robin' });
  const theirs = read(t, text.replace('tenant: demo', 'tenant: other'), world);
  await t.rejects(
    applyFlows(sql, theirs.flows, world, { by: 'mallory' }),
    /f.yaml:3:11: .* flow of another company/,
  );
  t.match(await sql`select count(*)::int from flow_sets`, [{ count: 1 }], 'nothing of it is stored');
});

t.test('a rehearsal shows each step, what is heard, and why', async t => {
  const sql = await store(t);
  const world = await readWorld(sql);
  const { flow } = readFlows('dialplan/flows', world).flows[0]!;
  const tenant = world.get('demo')!;
  const play = (at: string, ...digits: string[]) =>
    rehearse({ flow, tenant, at: new Date(at), digits }).join('\n');
  const christmas = play('2026-12-25T10:00+09:00', '2', '3');
  t.match(
    christmas,
    /language \(menu\): “한국어 안내는 1번을 눌러 주십시오. For English, press 2.” – 2 is pressed → english/,
  );
  t.match(christmas, /office is holiday on 2026-12-25: Christmas Day → closed/);
  t.match(christmas, /closed \(play\): “We are closed at the moment. We open again on Monday at nine a.m.”/);
  t.match(christmas, /records up to 120 s, no mail/);
  t.match(christmas, /the call is over: completed$/);
  t.match(
    play('2026-12-24T10:00+09:00', '1', '3'),
    /waits in queue billing for 1800 s at most; pressing 2 keeps/,
  );
  t.match(play('2026-12-24T20:00+09:00', '1', '3'), /office is closed on 2026-12-24 → closed\n/);
  const silent = play('2026-12-24T10:00+09:00');
  t.equal(silent.match(/language \(menu\)/g)?.length, 2, 'asked once more');
  t.equal(silent.match(/menu \(menu\)/g)?.length, 3);
  t.match(silent, /입력이 확인되지 않았습니다/);
  t.match(silent, /waits in queue sales/);
  t.match(
    play('2026-12-24T10:00+09:00', '1', '7', '2'),
    /7 is pressed, which is no choice\n.*잘못 누르셨습니다/,
  );
  const round = play('2026-12-24T10:00+09:00', '1', ...Array.from({ length: 20 }, () => '9'));
  t.match(round, /it goes on at "message", as by a fault/);
});
