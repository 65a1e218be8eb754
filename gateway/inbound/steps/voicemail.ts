import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Activity } from '../../media/index.js';
import { convertApart, SoundFault } from '../../prompts/index.js';
import { untilTaken } from '../../store/index.js';
import { defaults } from '../flow/defaults.js';
import type { StepOf } from '../flow/schema.js';
import { type Came, type Stage, say } from '../stage.js';
import { noticeOf } from '../voicemail/notice.js';
import { storeVoicemail } from '../voicemail/voicemails-sql.js';

/** Ends a message, as the caller is told. */
const endKey = '#';

/** Who never says a word is let go after so long, milliseconds: that he is silent is heard by few engines. */
const noRtpMs = 10_000;

/** What is shorter is a click, milliseconds. */
const shortestMs = 500;

/** Lets the caller leave a message: until he presses #, is silent, hangs up, or has spoken for the longest time. */
export async function voicemail(stage: Stage, name: string, step: StepOf<'voicemail'>): Promise<Came> {
  const { parts, entry, leg, typeAhead, signal, logger } = stage;
  await say(stage, step.voicemail);
  await leg.endpoint.play({ tone: 'beep' }, { signal });
  signal.throwIfAborted();
  typeAhead.clear();
  const id = randomUUID();
  await mkdir(parts.recordingsDir, { recursive: true });
  const file = join(parts.recordingsDir, `${id}.wav`);
  const maxSeconds = step.maxSeconds ?? defaults.messageSeconds;
  try {
    await record(stage, {
      file,
      maxMs: maxSeconds * 1000,
      silenceMs: (step.silenceSeconds ?? defaults.silenceSeconds) * 1000,
    });
    const said = await soundOf(file, maxSeconds);
    if (!said) return { result: 'nothing_said' };
    const { file: sound, durationMs } = said;
    const notice = noticeOf(parts, { entry, language: stage.language, durationMs, to: step.mailTo ?? [] });
    await untilTaken(() => storeVoicemail(parts.sql, { id, entry, step: name, sound, durationMs }, notice));
    logger.info({ voicemailId: id, durationMs }, 'message left');
    if (!signal.aborted) await say(stage, ['voicemail-saved'], { heardOut: true });
    return { result: 'recorded' };
  } finally {
    await rm(file, { force: true });
  }
}

interface Message {
  file: string;
  maxMs: number;
  silenceMs: number;
}

/** Resolves when the file is complete. */
async function record(
  { parts: { media }, leg: { endpoint }, signal, logger }: Stage,
  { file, maxMs, silenceMs }: Message,
): Promise<void> {
  const recording = await endpoint.record({ file, sides: 'peer', maxMs });
  const stop = () => {
    // It has ended with its endpoint, then.
    recording.stop().catch(error => logger.debug({ err: error }, 'recording not stopped'));
  };
  const pressed = ({ digit }: { digit: string }) => {
    if (digit === endKey) stop();
  };
  const fellSilent = (activity: Activity) => {
    if (activity !== 'sound') stop();
  };
  endpoint.on('digit', pressed);
  endpoint.on('activity', fellSilent);
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    else if (media.capabilities.has('activity')) await endpoint.watchActivity({ silenceMs, noRtpMs });
    await recording.ended;
  } finally {
    endpoint.off('digit', pressed);
    endpoint.off('activity', fellSilent);
    signal.removeEventListener('abort', stop);
  }
}

/** The message at the level of the house; undefined: nothing is heard in it. */
async function soundOf(
  file: string,
  maxSeconds: number,
): Promise<{ file: Buffer; durationMs: number } | undefined> {
  const upload = await readFile(file);
  try {
    const sound = await convertApart({ upload, kind: 'speech', maxSeconds: maxSeconds + 1 });
    return sound.durationMs < shortestMs ? undefined : sound;
  } catch (error) {
    if (error instanceof SoundFault) return undefined;
    throw error;
  }
}
