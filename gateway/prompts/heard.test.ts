import { readFileSync } from 'node:fs';
import pino from 'pino';
import t from 'tap';
import { decodeSample, frameSamples } from '../../test/support/audio.js';
import { testDatabase } from '../../test/support/database.js';
import { likeness } from '../../test/support/likeness.js';
import { startMediaEngine } from '../../test/support/media-engine.js';
import { answeredPhone, end } from '../media/conformance/legs.js';
import { connectBuiltinMedia, type PlaySource } from '../media/index.js';
import { connect, migrate } from '../store/index.js';
import { PromptFiles } from './index.js';
import { shippedFolder } from './packs.js';
import { readWav } from './sound/wav.js';

const nobody = '00000000-0000-4000-8000-000000000000';
const rtpHeaderBytes = 12;

/** What the sources hold, one after the other, each in whole frames. */
function samplesOf(sources: readonly PlaySource[]): number[] {
  return sources.flatMap(source => {
    if ('silenceMs' in source) return Array.from({ length: source.silenceMs * 8 }, () => 0);
    if (!('file' in source)) throw new Error(`no file: ${JSON.stringify(source)}`);
    const samples = Array.from(readWav(readFileSync(source.file), 60).samples, sample => sample * 32768);
    while (samples.length % frameSamples !== 0) samples.push(0);
    return samples;
  });
}

t.test('what is said is what a telephone hears, clip after clip without a gap', async t => {
  const { url } = await testDatabase(t);
  const sql = connect({ url, max: 1 });
  t.teardown(() => sql.end());
  await migrate(sql);
  const prompts = new PromptFiles({ sql, promptsDir: shippedFolder, promptCacheDir: t.testdir() });
  const engine = await startMediaEngine();
  t.teardown(() => engine.stop());
  const { host, port, secret } = engine;
  const server = await connectBuiltinMedia({
    host,
    port,
    secret,
    houseMusic: prompts.houseMusic,
    owner: 'prompts',
    logger: pino({ level: 'silent' }),
  });
  t.teardown(() => server.close());

  for (const language of ['ko', 'en'] as const) {
    const heard: number[] = [];
    const leg = await answeredPhone(server, ['PCMA'], {
      receive: packet => {
        for (const code of packet.subarray(rtpHeaderBytes)) heard.push(decodeSample('PCMA', code));
      },
    });
    leg.peer.mouth.speak();
    const { text, sources } = await prompts.announce(nobody, language, [
      { position: 3 },
      { phone: '+821055500100', country: 'KR' },
    ]);
    t.same(await leg.endpoint.play(sources), { reason: 'finished' }, text);
    // The last packets may still be on their way when it is finished.
    await leg.endpoint.play({ silenceMs: 200 });
    await end(leg);
    const db = likeness(heard, samplesOf(sources));
    t.ok(db > 30, `${language}: ${db.toFixed(1)} dB of signal to noise, G.711 itself has some 36`);
  }
});
