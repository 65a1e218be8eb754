/** sipp's own callers and callees over TCP. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dialog } from 'drachtio-srf';
import { type Test, test } from 'tap';
import { Harness } from '../../testing/harness.js';
import { sdp } from '../../testing/peer.js';
import { StreamListener } from '../../testing/stream-peer.js';

const calls = 50;
const any = [{ host: '127.0.0.1', port: 0 }];

/** Runs a scenario that is part of sipp; its exit code. */
function sipp(t: Test, args: string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sipp-'));
  const common = ['-i', '127.0.0.1', '-m', String(calls), '-nostdin', '-timeout', '60s'];
  const child = spawn('sipp', [...common, ...args], { cwd: folder, stdio: 'ignore' });
  t.teardown(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  return once(child, 'exit').then(([code]) => code as number);
}

for (const mode of ['t1', 'tn']) {
  test(`calls of sipp over TCP, mode ${mode}`, async t => {
    const harness = await Harness.start({ tcp: any });
    t.teardown(() => harness.close());
    const srf = await harness.application({
      invite: (req, res) => srf.createUAS(req, res, { localSdp: sdp }),
    });
    const { port } = harness.server.tcp[0] as { port: number };
    t.equal(
      await sipp(t, [
        '-sn',
        'uac',
        '-t',
        mode,
        '-max_socket',
        '60',
        '-r',
        '100',
        '-d',
        '10',
        `127.0.0.1:${port}`,
      ]),
      0,
    );
    await harness.until(() => harness.server.sizes().flows === 0);
    t.match(harness.server.sizes(), { dialogs: 0, exchanges: 0, transactions: 0 });
  });
}

test('calls to sipp over TCP', async t => {
  const harness = await Harness.start({ tcp: any });
  t.teardown(() => harness.close());
  const srf = await harness.application();
  const free = await StreamListener.open('tcp', {});
  const { port } = free.address;
  await free.close();
  const ended = sipp(t, ['-sn', 'uas', '-t', 't1', '-p', String(port)]);
  const call = () =>
    srf.createUAC(`sip:sipp@127.0.0.1:${port};transport=tcp`, {
      localSdp: sdp,
    } as never) as unknown as Promise<Dialog>;
  /** Refused until it listens. */
  const reached = (): Promise<Dialog> => Promise.race([call().catch(reached), ended.then(() => call())]);
  await (await reached()).destroy();
  for (let made = 1; made < calls; made += 1) await (await call()).destroy();
  t.equal(await ended, 0);
  t.equal(harness.server.sizes().dialogs, 0);
});
