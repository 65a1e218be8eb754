/** The SIP servers the tests run on: the built-in one, and a drachtio-server when one is named. */
import { randomBytes } from 'node:crypto';
import { startProgram } from './program.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export interface TestSipServer {
  control: { host: string; port: number; secret: string };
  udpPort: number;
  wsPort: number;
  tcpPort?: number;
  tlsPort?: number;
  wssPort?: number;
  /** Where it connects to for each new MESSAGE, when that is fixed. */
  handlerPort?: number;
  /** It tells when a WebSocket is gone. */
  tellsFlows: boolean;
}

export interface SipServerUnderTest {
  name: string;
  /** @param flags for the built-in one; the other is as its owner has configured it */
  start(t: Teardown, flags?: string[]): Promise<TestSipServer>;
}

/** What engine/sip prints when it is ready: each address as `host:port`. */
interface Ready {
  control: string;
  udp: string[];
  tcp: string[];
  tls: string[];
  ws: string[];
  wss: string[];
}

const portOf = (address: string) => Number(address.slice(address.lastIndexOf(':') + 1));

/** The port of the first listener of a kind, if there is any. */
const firstPort = ([address]: string[]) => (address === undefined ? undefined : portOf(address));

export const builtIn: SipServerUnderTest = {
  name: 'built-in',
  async start(t, flags = []) {
    const secret = randomBytes(16).toString('hex');
    const any = '127.0.0.1:0';
    const program = await startProgram<Ready>(
      'engine/sip/main.js',
      ['--control', any, '--udp', any, '--ws', any, ...flags],
      { RINGBRIDGE_SIP_SECRET: secret },
    );
    t.teardown(() => program.end());
    const { control, udp, tcp, tls, ws, wss } = program.ready;
    return {
      control: { host: '127.0.0.1', port: portOf(control), secret },
      udpPort: portOf(udp[0] as string),
      wsPort: portOf(ws[0] as string),
      tcpPort: firstPort(tcp),
      tlsPort: firstPort(tls),
      wssPort: firstPort(wss),
      tellsFlows: true,
    };
  },
};

/**
 * The drachtio-server that `RINGBRIDGE_TEST_DRACHTIO=host:port:secret:udpPort:wsPort[:tcpPort[:tlsPort[:handlerPort]]]`
 * names. A port that it does not have may be left empty.
 */
export function namedDrachtio(): TestSipServer | undefined {
  const named = process.env.RINGBRIDGE_TEST_DRACHTIO;
  if (!named) return undefined;
  const [host = '', port, secret = '', udpPort, wsPort, ...more] = named.split(':');
  const [tcpPort, tlsPort, handlerPort] = more.map(text => Number(text) || undefined);
  return {
    control: { host, port: Number(port), secret },
    udpPort: Number(udpPort),
    wsPort: Number(wsPort),
    ...{ tcpPort, tlsPort, handlerPort },
    tellsFlows: false,
  };
}

export function sipServersUnderTest(): SipServerUnderTest[] {
  const named = namedDrachtio();
  return named === undefined
    ? [builtIn]
    : [builtIn, { name: 'drachtio-server', start: () => Promise.resolve(named) }];
}
