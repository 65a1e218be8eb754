import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Sql } from '../../store/index.js';
import { applyFlows } from './apply.js';
import { newestFlows } from './flows-sql.js';
import { readFlows } from './source.js';
import { readWorld } from './world.js';

const slug = 'demo';

/** Gives the demo company the flow of the dialplan, where it has none yet: so that a first call is answered. */
export async function seedDemoFlows(sql: Sql, dialplanDir: string, logger: Logger): Promise<void> {
  const world = await readWorld(sql);
  const demo = world.get(slug);
  if (!demo || (await newestFlows(sql, demo.id)).version > 0) return;
  const { flows, faults } = readFlows(join(dialplanDir, 'flows'), world);
  for (const { message } of faults) logger.warn({ fault: message }, 'flow not applied');
  const own = flows.filter(({ flow }) => flow.tenant === slug);
  await applyFlows(sql, own, world, { by: 'first start' });
}
