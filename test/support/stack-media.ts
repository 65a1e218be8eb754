/**
 * The media of a whole gateway under test: the built-in engine, or with RINGBRIDGE_TEST_MEDIA=freeswitch the FreeSWITCH that
 * RINGBRIDGE_TEST_FREESWITCH names.
 */
import { freeswitchEnvironment, freeswitches } from './freeswitch.js';
import { type MediaEngineOptions, startMediaEngine } from './media-engine.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export interface StackMedia {
  /** Settings of the gateway. */
  env: Record<string, string>;
  /** The next gateway can go on with its calls. */
  keepsCalls: boolean;
  noticesSilence: boolean;
  /** Of a server that is not ours there is none. */
  pid(): number | undefined;
  kill(): Promise<void>;
  /** Kills it, and starts it again where it was. */
  restart(): Promise<void>;
}

export async function startStackMedia(t: Teardown, options: MediaEngineOptions): Promise<StackMedia> {
  switch (process.env.RINGBRIDGE_TEST_MEDIA || 'builtin') {
    case 'builtin':
      return await builtin(t, options);
    case 'freeswitch':
      return await freeswitch(t);
    default:
      throw new Error('RINGBRIDGE_TEST_MEDIA must be builtin or freeswitch');
  }
}

async function builtin(t: Teardown, options: MediaEngineOptions): Promise<StackMedia> {
  let engine = await startMediaEngine(options);
  t.teardown(() => engine.stop());
  const { port, secret } = engine;
  return {
    env: { RINGBRIDGE_MEDIA_CONTROL_PORT: String(port), RINGBRIDGE_MEDIA_SECRET: secret },
    keepsCalls: true,
    noticesSilence: true,
    pid: () => engine.process.pid,
    kill: () => engine.kill(),
    async restart() {
      await engine.kill();
      engine = await startMediaEngine({ ...options, port, secret });
    },
  };
}

async function freeswitch(t: Teardown): Promise<StackMedia> {
  const [server] = await freeswitches(t, 1);
  if (server === undefined) throw new Error('RINGBRIDGE_TEST_FREESWITCH names no FreeSWITCH');
  const kill =
    server.kill ?? (() => Promise.reject(new Error('this FreeSWITCH runs already and is not ours to kill')));
  return {
    env: freeswitchEnvironment([server]),
    keepsCalls: false,
    noticesSilence: false,
    pid: () => undefined,
    kill,
    restart: kill,
  };
}
