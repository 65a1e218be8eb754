import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Sql } from '../../store/index.js';
import { newestFlows } from './flows-sql.js';
import type { FlowDefinition } from './schema.js';

const head =
  '# yaml-language-server: $schema=../flow.schema.json\n# Every key is explained in docs/flows.md.\n\n';

/** A flow as the text of its file. */
export function flowText(flow: FlowDefinition): string {
  return head + stringify(flow, { lineWidth: 110, singleQuote: true });
}

/** Writes the newest flows of every company into a folder, `COMPANY-FLOW.yaml`; returns the paths. */
export async function exportFlows(sql: Sql, folder: string): Promise<string[]> {
  const tenants = await sql<{ id: string; slug: string }[]>`select id, slug from tenants order by slug`;
  mkdirSync(folder, { recursive: true });
  const paths: string[] = [];
  for (const { id, slug } of tenants) {
    for (const flow of (await newestFlows(sql, id)).flows) {
      const path = join(folder, `${slug}-${flow.flow}.yaml`);
      writeFileSync(path, flowText({ ...flow, tenant: slug }));
      paths.push(path);
    }
  }
  return paths;
}
