/** Flows for tests: what is heard in them are tones, one for each sentence, so that an ear can tell them apart. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyFlows, readFlows, readWorld } from '../../gateway/inbound/index.js';
import { toneWav } from './audio.js';
import { eventually } from './eventually.js';
import { demoPassword, type Stack } from './stack.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

/** The demo company's number, proven to be its own. */
export const companyNumber = '+82215880000';

/** Uploads sentences that are a tone, in both languages. */
export async function uploadTones(
  { url, api }: Stack,
  tones: Record<string, number>,
  durationMs = 700,
): Promise<void> {
  const token = await api.signIn('admin@demo.example', demoPassword);
  for (const [clip, frequency] of Object.entries(tones)) {
    for (const pack of ['en', 'ko']) {
      const answer = await fetch(`${url}/api/v1/prompts/${pack}/${clip}/sound`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'audio/wav' },
        body: toneWav(frequency, durationMs) as BodyInit,
      });
      if (answer.status !== 200) throw new Error(`${clip} refused: ${answer.status} ${await answer.text()}`);
    }
  }
}

/** Makes these steps the flow of the company's number. */
export async function flowIs(
  t: Teardown,
  { sql }: Stack,
  steps: string,
  head = 'start: start\nonFault: bye',
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'flows-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(
    join(folder, 'test.yaml'),
    `tenant: demo\nflow: test\nnumbers: ['${companyNumber}']\nlanguage: en\n${head}\nsteps:\n${steps}`,
  );
  const world = await readWorld(sql);
  const { flows, faults } = readFlows(folder, world);
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join('\n'));
  await applyFlows(sql, flows, world, { by: 'test' });
}

/** Resolves with how the newest call ended. */
export async function lastCall({
  sql,
}: Stack): Promise<{ ending: string; path: { step: string; result: string }[] }> {
  return await eventually('the call is over', async () => {
    const [row] = await sql<{ ending: string | null; path: { step: string; result: string }[] }[]>`
      select ending, path from inbound_calls order by started_at desc limit 1`;
    return row?.ending ? { ending: row.ending, path: row.path } : undefined;
  });
}
