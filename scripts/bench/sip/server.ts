/** The SIP servers that are compared: the built-in one, and a drachtio-server whose program is named. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startProgram } from '../../../test/support/program.js';
import { freeUdpPort } from '../../../test/support/sipp.js';
import { freePort } from '../../ports.js';

export const secretVariable = 'RINGBRIDGE_SIP_SECRET';

export interface BenchServer {
  name: string;
  pid: number;
  controlPort: number;
  udpPort: number;
  wsPort: number;
  secret: string;
  stop(): Promise<void>;
}

/** Takes a folder of its own for what it writes, and flags for Node where it is a program of Node's. */
export type StartServer = (folder: string, nodeFlags: string[]) => Promise<BenchServer>;

const portOf = (address: string) => Number(address.slice(address.lastIndexOf(':') + 1));

export const startBuiltIn: StartServer = async (_folder, nodeFlags) => {
  const secret = randomBytes(16).toString('hex');
  const any = '127.0.0.1:0';
  const program = await startProgram<{ control: string; udp: string[]; ws: string[] }>(
    'engine/sip/main.js',
    ['--control', any, '--udp', any, '--ws', any, '--log-level', 'warn'],
    { [secretVariable]: secret },
    nodeFlags,
  );
  const { control, udp, ws } = program.ready;
  return {
    name: 'built-in',
    pid: program.child.pid as number,
    controlPort: portOf(control),
    udpPort: portOf(udp[0] as string),
    wsPort: portOf(ws[0] as string),
    secret,
    stop: () => program.end(),
  };
};

const configuration = (controlPort: number, udpPort: number, wsPort: number, secret: string) => `<drachtio>
  <admin port="${controlPort}" secret="${secret}">127.0.0.1</admin>
  <sip>
    <contacts>
      <contact>sip:127.0.0.1:${udpPort};transport=udp</contact>
      <contact>sip:127.0.0.1:${wsPort};transport=ws</contact>
    </contacts>
  </sip>
  <cdrs>false</cdrs>
  <logging><console/><sofia-loglevel>1</sofia-loglevel><loglevel>warning</loglevel></logging>
</drachtio>
`;

/** Resolves when the port takes a connection; the server does not say when it is ready. */
async function accepting(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const socket = createConnection(port, '127.0.0.1');
    const opened = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (opened) return;
    await delay(50);
  }
  throw new Error(`drachtio-server ended with ${child.exitCode}`);
}

/** @param program the drachtio-server's executable */
export const startDrachtio =
  (program: string): StartServer =>
  async folder => {
    const secret = randomBytes(16).toString('hex');
    const [controlPort, wsPort, udpPort] = [await freePort(), await freePort(), await freeUdpPort()];
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'drachtio.conf.xml');
    writeFileSync(file, configuration(controlPort, udpPort, wsPort, secret), { mode: 0o600 });
    // Its settings come from the environment too, and would win over the file.
    const child = spawn(program, ['-f', file], { stdio: 'ignore', env: { PATH: process.env.PATH ?? '' } });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    await Promise.race([
      once(child, 'spawn'),
      once(child, 'error').then(([error]) => {
        throw new Error(`--drachtio ${program}: ${(error as Error).message}`);
      }),
    ]);
    await accepting(controlPort, child);
    return {
      name: 'drachtio-server',
      pid: child.pid as number,
      ...{ controlPort, udpPort, wsPort, secret },
      stop: async () => {
        process.off('exit', kill);
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      },
    };
  };
