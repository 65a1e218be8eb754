/** The SIP servers the tests run on: the built-in one, and a drachtio-server when one is named. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export interface TestSipServer {
  control: { host: string; port: number; secret: string };
  udpPort: number;
  wsPort: number;
  /** It tells when a WebSocket is gone. */
  tellsFlows: boolean;
}

export interface SipServerUnderTest {
  name: string;
  start(t: Teardown): Promise<TestSipServer>;
}

/** What engine/sip prints when it is ready: each address as `host:port`. */
interface Ready {
  control: string;
  udp: string[];
  ws: string[];
}

const portOf = (address = '') => Number(address.slice(address.lastIndexOf(':') + 1));

const builtIn: SipServerUnderTest = {
  name: 'built-in',
  async start(t) {
    const secret = randomBytes(16).toString('hex');
    const child = spawn(
      process.execPath,
      [
        'dist/engine/sip/main.js',
        ...['--control', '127.0.0.1:0', '--udp', '127.0.0.1:0', '--ws', '127.0.0.1:0'],
        '--exit-with-parent',
      ],
      {
        stdio: ['pipe', 'pipe', process.env.RINGBRIDGE_TEST_LOG ? 'inherit' : 'ignore'],
        env: { ...process.env, RINGBRIDGE_SIP_SECRET: secret },
      },
    );
    t.teardown(async () => {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    });
    const [line] = (await Promise.race([
      once(createInterface(child.stdout), 'line'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`the SIP server ended with ${code}`))),
    ])) as [string];
    const { control, udp, ws } = JSON.parse(line) as Ready;
    return {
      control: { host: '127.0.0.1', port: portOf(control), secret },
      udpPort: portOf(udp[0]),
      wsPort: portOf(ws[0]),
      tellsFlows: true,
    };
  },
};

/** `RINGBRIDGE_TEST_DRACHTIO=host:port:secret:udpPort:wsPort` names a drachtio-server to run on as well. */
export function sipServersUnderTest(): SipServerUnderTest[] {
  const named = process.env.RINGBRIDGE_TEST_DRACHTIO;
  if (!named) return [builtIn];
  const [host = '', port, secret = '', udpPort, wsPort] = named.split(':');
  const control = { host, port: Number(port), secret };
  const external: SipServerUnderTest = {
    name: 'drachtio-server',
    start: async () => ({ control, udpPort: Number(udpPort), wsPort: Number(wsPort), tellsFlows: false }),
  };
  return [builtIn, external];
}
