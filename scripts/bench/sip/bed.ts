/** What a measurement runs on: one SIP server with one application on it, and a callee behind it where it is a B2BUA. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProgram } from '../../../test/support/program.js';
import { freeUdpPort } from '../../../test/support/sipp.js';
import { SippRun } from '../sipp-run.js';
import { type BenchServer, type StartServer, secretVariable } from './server.js';

export type Role = 'uas' | 'b2bua';

export interface Bed {
  role: Role;
  server: BenchServer;
  /** Process ids by name, to be watched. */
  pids: Record<string, number>;
  /** A run of sipp's caller against the server. `talkMs` is how long each call lasts. */
  call(options: { calls: number; rate: number; talkMs: number; extra?: string[] }): Promise<SippRun>;
  stop(): Promise<void>;
}

const scenario = (name: string) => fileURLToPath(new URL(`./sipp/${name}.xml`, import.meta.url));

/** More calls than any run makes: the callee ends when it is told to. */
const endless = 100_000_000;

/** @param folder of its own, for what the programs write */
export async function prepare(
  role: Role,
  start: StartServer,
  folder: string,
  nodeFlags: string[],
): Promise<Bed> {
  const server = await start(join(folder, 'server'), nodeFlags);
  const stops = [() => server.stop()];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const pids: Record<string, number> = { server: server.pid };
    const calleePort = await freeUdpPort();
    if (role === 'b2bua') {
      const callee = await SippRun.start({
        ...{ scenario: scenario('callee'), folder: join(folder, 'callee'), port: calleePort },
        calls: endless,
      });
      stops.push(() => callee.kill());
      pids.callee = callee.pid;
    }
    const application = await startProgram(
      'scripts/bench/sip/application.js',
      [role, String(server.controlPort), String(calleePort)],
      { [secretVariable]: server.secret },
    );
    stops.push(() => application.end());
    pids.application = application.child.pid as number;
    let runs = 0;
    return {
      ...{ role, server, pids, stop },
      call: async ({ calls, rate, talkMs, extra = [] }) => {
        runs += 1;
        return SippRun.start({
          ...{ scenario: scenario('caller'), folder: join(folder, `caller-${runs}`), calls },
          port: await freeUdpPort(),
          args: [
            ...['-r', String(rate), '-l', String(calls), '-d', String(talkMs), '-s', 'bench'],
            ...['-trace_rtt', '-rtt_freq', '20', ...extra, `127.0.0.1:${server.udpPort}`],
          ],
        });
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
