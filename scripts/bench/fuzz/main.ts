/** `npm run bench:fuzz`: broken messages and control frames over real sockets, and what the SIP server makes of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { frame } from '../../../engine/sip/control/framing.js';
import type { ListenAddress } from '../../../engine/sip/options.js';
import { below, mutated, pick, seeded } from '../../../engine/sip/testing/mutator.js';
import { type Peer, UdpPeer, WsPeer } from '../../../engine/sip/testing/peer.js';
import { RawApplication } from '../../../engine/sip/testing/raw-application.js';
import { StreamPeer } from '../../../engine/sip/testing/stream-peer.js';
import { methods, Trial } from '../../../engine/sip/testing/trial.js';
import { messageOf, vectors } from '../../../engine/sip/torture/table.js';
import type { Feelings } from './server.js';

const usage = `Sends broken messages and control frames to the built-in SIP server.

Usage: npm run bench:fuzz [-- options]
  --count 1000000   how many
  --seed 20260601   repeats a run
`;

/** So many go out before one that is whole has to come back: nothing is lost on the way, and nothing piles up. */
const batch = 100;
const longestStall = 50;
const restSeconds = 12;
const payloads = ['m|ping', 'm|route|invite', 'm|sip|x||\r\nSIP/2.0 200 OK\r\n\r\n', 'm|proxy|x', 'm|x'];

/** @returns the exit code: 1 when the server failed, kept something or stood still for too long */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      count: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '20260601' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const count = Number(values.count);
  const seed = Number(values.seed);
  if (!(count > 0) || !Number.isInteger(seed)) throw new Error('--count and --seed are numbers');

  const child = spawn(
    process.execPath,
    ['--expose-gc', fileURLToPath(new URL('./server.js', import.meta.url))],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface(child.stdout);
  const gone = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the server ended: ${code}`)));
  gone.catch(() => undefined);
  const line = async () => JSON.parse(((await Promise.race([once(lines, 'line'), gone])) as [string])[0]);
  const feel = async (): Promise<Feelings> => {
    child.stdin.write('\n');
    return line();
  };
  const at = (await line()) as Record<'control' | 'udp' | 'tcp' | 'ws', ListenAddress>;

  const application = await RawApplication.open(at.control);
  await application.login('fuzz');
  for (const method of methods) await application.ask(`route|${method.toLowerCase()}`);
  const udp = await UdpPeer.open(at.udp);
  const probe = new Trial(application, udp, `127.0.0.1:${at.udp.port}`);
  let ws = await WsPeer.open(at.ws);
  let tcp = await StreamPeer.open('tcp', at.tcp);

  const random = seeded(seed);
  const seeds = vectors.map(({ name }) => messageOf(name));
  const before = await feel();
  let stall = 0;
  const started = performance.now();
  for (let sent = 0; sent < count; ) {
    if (!ws.open) ws = await WsPeer.open(at.ws);
    if (!tcp.open) tcp = await StreamPeer.open('tcp', at.tcp);
    for (let i = 0; i < batch; i += 1, sent += 1) {
      const peer = pick<Peer>(random, [udp, udp, ws, tcp]);
      // Half of them are not known by their branch, so that they begin something.
      const text = pick(random, seeds).replace(/z9hG4bK/g, cookie => cookie + below(random, 1_000));
      peer.sendText(mutated(text, random));
    }
    if (random() < 0.2) {
      const broken = await RawApplication.open(at.control);
      if (random() < 0.8) await broken.login('fuzz');
      for (let i = 0; i < 5; i += 1, sent += 1) broken.write(mutated(frame(pick(random, payloads)), random));
      broken.socket.end();
      await Promise.race([broken.closed, gone]);
    }
    await Promise.race([probe.probe(), gone]);
    for (const { fields } of application.got.splice(0))
      if (fields[1] === 'sip' && fields[8] && random() < 0.8) await probe.answer(fields, '486 Busy');
    for (const peer of [udp, ws, tcp]) peer.got.length = 0;
    for (const peer of [udp, ws, tcp]) peer.other.length = 0;
    if (random() < 0.01) stall = Math.max(stall, (await feel()).stall);
  }
  const seconds = (performance.now() - started) / 1_000;
  stall = Math.max(stall, (await feel()).stall);
  for (const peer of [ws, tcp]) await peer.close();
  application.socket.destroy();
  await Promise.race([delay(restSeconds * 1_000), gone]);
  const after = await feel();
  await udp.close();
  child.stdin.end();

  const left = Object.entries(after.sizes).filter(([, size]) => size > 0);
  const result = {
    ...{ count, seed, perSecond: Math.round(count / seconds), faults: after.faults.length, stallMs: stall },
    ...{ left: Object.fromEntries(left), heapMiB: { before: before.heap, after: after.heap } },
  };
  console.log(`${count} inputs in ${Math.round(seconds)} s, ${result.perSecond} a second`);
  for (const fault of after.faults) console.log(fault);
  console.log(JSON.stringify(result));
  return after.faults.length === 0 && left.length === 0 && stall < longestStall ? 0 : 1;
}
