import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pino from 'pino';
import { SoundFiles } from './audio/sound-files.js';
import { ControlServer } from './control/server.js';
import { EndpointRegistry } from './endpoint/registry.js';
import { SettingError } from './flags.js';
import { PortPool } from './rtp/port-pool.js';
import { readSettings, type Settings, usage } from './settings.js';
import { makeCertificate } from './webrtc/certificate.js';
import { MuxPort } from './webrtc/mux-port.js';

const logger = pino(
  { name: 'media', level: process.env.RINGBRIDGE_LOG_LEVEL ?? 'info' },
  pino.destination({ dest: 2, sync: true }),
);

/** A port that is taken, told with the setting that changes it. */
function orSettingError<T>(work: Promise<T>, flag: string, what: string): Promise<T> {
  return work.catch((error: NodeJS.ErrnoException) => {
    throw new SettingError(
      `${what} cannot be bound (${error.code ?? error.message}); choose another one with ${flag}`,
    );
  });
}

interface Engine {
  drain(): Promise<void>;
  stop(): Promise<void>;
}

async function start(settings: Settings): Promise<Engine> {
  const { address, controlHost, controlPort, webrtcPort, rtpPorts } = settings;
  const mux = await orSettingError(
    MuxPort.hold(webrtcPort, address),
    webrtcPort === 0 ? '--address' : '--webrtc-port',
    `the UDP port for browsers, ${address}:${webrtcPort},`,
  );
  const pool = new PortPool(address, rtpPorts.first, rtpPorts.last);
  const registry = new EndpointRegistry(
    { ...settings, muxPort: mux.port, certificate: makeCertificate('ringbridge') },
    pool,
  );
  const control = await orSettingError(
    ControlServer.listen(controlHost, controlPort, {
      secret: settings.secret,
      boot: randomUUID(),
      registry,
      files: new SoundFiles(),
      logger,
    }),
    '--control',
    `the control socket ${controlHost}:${controlPort}`,
  );
  process.stdout.write(
    `${JSON.stringify({ ready: true, control: `${controlHost}:${control.port}`, webrtcPort: mux.port })}\n`,
  );
  return {
    drain: () => registry.drain(),
    async stop() {
      control.close();
      await registry.close();
      mux.close();
    },
  };
}

try {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings === undefined) {
    process.stdout.write(`${usage}\n`);
  } else {
    const engine = await start(settings);
    const end = (why: string) => {
      logger.info({ why }, 'media engine ends');
      void engine.stop().then(() => process.exit(0));
    };
    let asked = false;
    const ask = (signal: string) => {
      // The second time it is meant at once.
      if (asked || settings.drainMs === 0) return end(signal);
      asked = true;
      logger.info({ signal, seconds: settings.drainMs / 1000 }, 'media engine waits for the calls under way');
      const over = delay(settings.drainMs).then(() => `${signal}, and calls that last longer`);
      void Promise.race([engine.drain().then(() => signal), over]).then(end);
    };
    process.on('SIGTERM', ask);
    process.on('SIGINT', ask);
    if (settings.exitWithParent) {
      process.stdin.resume();
      process.stdin.once('close', () => end('parent gone'));
    }
  }
} catch (error) {
  if (!(error instanceof SettingError)) throw error;
  process.stderr.write(`media engine: ${error.message}\n`);
  process.exit(2);
}
