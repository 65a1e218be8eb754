/** `npm run dialplan`: checks the files of the dialplan, rehearses a call, and applies or exports the flows. */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, completeConfig, loadConfig } from '../../gateway/config.js';
import {
  applyFlows,
  exportFlows,
  newestFlows,
  readFlows,
  readWorld,
  rehearse,
  type World,
} from '../../gateway/inbound/index.js';
import { connect, isDatabaseAway, type Sql } from '../../gateway/store/index.js';
import { DialplanError, loadDialplan } from '../../gateway/telephony/index.js';
import { momentOf } from './moment.js';

const usage = `npm run dialplan -- check                      whether the files are right
npm run dialplan -- show NUMBER [--at TIME] [--digits 1,2] [--stored]
                                              what would happen to a call to NUMBER
npm run dialplan -- apply [--dry-run] [--by NAME]
                                              makes the flows of the files those that hold
npm run dialplan -- export FOLDER             writes the flows that hold as files

  --folder DIR   the dialplan; by default the setting dialplanDir
  --at TIME      2026-12-25T10:00 on the company's clock, or with an offset; by default now
  --digits       what is pressed in each menu, one after the other
  --stored       show: by the flows that hold, and not by the files
  --dry-run      apply: only says what would change
  --by NAME      apply: who does it, for the audit; by default the user of the system`;

/** What is told in one sentence and ends the command with 1. */
class Refusal extends Error {}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    folder: { type: 'string' },
    at: { type: 'string' },
    digits: { type: 'string' },
    stored: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    by: { type: 'string', default: userInfo().username },
    help: { type: 'boolean', default: false },
  },
});

async function run(): Promise<void> {
  const [command, argument] = positionals;
  if (values.help || command === undefined) return console.log(usage);
  const config = completeConfig(loadConfig({ env: process.env, file: undefined }));
  const folder = values.folder ?? config.dialplanDir;
  const sql = connect({ url: config.databaseUrl, max: 1, applicationName: 'ringbridge-dialplan' });
  try {
    if (command === 'check') return await check(folder, sql, config.phoneNetworkPassword);
    if (command === 'show' && argument) return await show(argument, folder, await store(sql));
    if (command === 'apply') return await apply(folder, await store(sql), sql);
    if (command === 'export' && argument) {
      await store(sql);
      for (const path of await exportFlows(sql, argument)) console.log(path);
      return;
    }
    throw new Refusal(usage);
  } finally {
    await sql.end({ timeout: 1 });
  }

  async function show(number: string, folder: string, world: World): Promise<void> {
    const flows = values.stored ? await storedFlows(sql, world) : checked(folder, world);
    const flow = flows.find(({ numbers }) => numbers.includes(number));
    if (!flow) throw new Refusal(`${number} leads to no flow; it would be answered 404 or 480`);
    const tenant = world.get(flow.tenant)!;
    const at = momentOf(values.at, tenant.timeZone);
    if (!at) throw new Refusal(`--at must be a time such as 2026-12-25T10:00, not "${values.at}"`);
    const clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: tenant.timeZone,
      dateStyle: 'full',
      timeStyle: 'short',
    });
    console.log(
      `${number} → flow "${flow.flow}" of "${flow.tenant}", ${clock.format(at)} (${tenant.timeZone})`,
    );
    const digits = values.digits?.split(',').filter(keys => keys !== '') ?? [];
    for (const line of rehearse({ flow, tenant, at, digits })) console.log(line);
  }
}

/** What a flow may name. @throws Refusal where the database cannot be asked */
async function store(sql: Sql): Promise<World> {
  try {
    return await readWorld(sql);
  } catch (error) {
    if (isDatabaseAway(error))
      throw new Refusal(
        'The database does not answer: start Ringbridge first, or set RINGBRIDGE_DATABASE_URL',
      );
    if ((error as { code?: string }).code === '42P01')
      throw new Refusal('The database has no schema yet: start Ringbridge once');
    throw error;
  }
}

function checked(folder: string, world: World | undefined) {
  const { flows, faults } = readFlows(join(folder, 'flows'), world);
  if (faults.length > 0) throw new Refusal(faults.map(({ message }) => message).join('\n'));
  return flows.map(({ flow }) => flow);
}

async function storedFlows(sql: Sql, world: World) {
  const sets = await Promise.all(
    [...world].map(async ([slug, { id }]) => ({ slug, ...(await newestFlows(sql, id)) })),
  );
  return sets.flatMap(({ slug, flows }) => flows.map(flow => ({ ...flow, tenant: slug })));
}

async function check(folder: string, sql: Sql, phoneNetworkPassword: string): Promise<void> {
  const environment = { ...process.env, RINGBRIDGE_PHONE_NETWORK_PASSWORD: phoneNetworkPassword };
  const faults: string[] = [];
  try {
    loadDialplan(folder, environment);
  } catch (error) {
    if (!(error instanceof DialplanError)) throw error;
    faults.push(error.message);
  }
  const world = await store(sql).catch((error: unknown) => {
    if (error instanceof Refusal) return undefined;
    throw error;
  });
  const flows = readFlows(join(folder, 'flows'), world);
  faults.push(...flows.faults.map(({ message }) => message));
  if (faults.length > 0) throw new Refusal(faults.join('\n'));
  console.log(`${folder}: trunks, routes and ${flows.flows.length} flows are right`);
  if (!world)
    console.log(
      'The database does not answer: whether queues, hours, agents, numbers and own prompts are there was not checked.',
    );
}

async function apply(folder: string, world: World, sql: Sql): Promise<void> {
  const { flows, faults } = readFlows(join(folder, 'flows'), world);
  if (faults.length > 0) throw new Refusal(faults.map(({ message }) => message).join('\n'));
  const pretend = values['dry-run'];
  for (const { tenant, version, changes } of await applyFlows(sql, flows, world, {
    by: values.by,
    pretend,
  })) {
    const what = changes.length === 0 ? 'nothing has changed' : pretend ? 'would change' : 'changed';
    console.log(`${tenant}: ${what}${version === 0 ? '' : ` (version ${version})`}`);
    for (const change of changes) console.log(`  ${change}`);
  }
}

try {
  await run();
} catch (error) {
  if (!(error instanceof Refusal || error instanceof DialplanError || error instanceof ConfigError))
    throw error;
  console.error(error.message);
  process.exitCode = 1;
}
