import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { aborted } from '../../aborted.js';
import type { Locale } from '../../errors.js';
import type { Activity, Recording } from '../../media/index.js';
import { convertApart, SoundFault } from '../../prompts/index.js';
import { untilTaken } from '../../store/index.js';
import { type CallEntry, type MessageUnderWay, noteMessage } from '../calls-sql.js';
import { defaults } from '../flow/defaults.js';
import type { StepOf } from '../flow/schema.js';
import { type Came, type InboundParts, leaving, type Stage, say } from '../stage.js';
import { noticeOf } from '../voicemail/notice.js';
import { storeVoicemail } from '../voicemail/voicemails-sql.js';

/** Ends a message, as the caller is told. */
const endKey = '#';

/** Who never says a word is let go after so long, milliseconds: that he is silent is heard by few engines. */
const noRtpMs = 10_000;

/** What is shorter is a click, milliseconds. */
const shortestMs = 500;

/**
 * Lets the caller leave a message: until he presses #, is silent, hangs up, or has spoken for the longest time.
 * @param underWay what he is saying already
 */
export async function voicemail(
  stage: Stage,
  name: string,
  step: StepOf<'voicemail'>,
  underWay: MessageUnderWay | undefined,
): Promise<Came> {
  const { parts, entry, leg, signal } = stage;
  const id = underWay?.id ?? randomUUID();
  const file = soundFile(parts, id);
  const recording = underWay
    ? leg.endpoint.adoptRecording(underWay.recording, file)
    : await begin(stage, step, file);
  if (!underWay) stage.note(() => noteMessage(parts.sql, entry, { id, recording: recording.id }));
  await untilSaid(stage, recording, (step.silenceSeconds ?? defaults.silenceSeconds) * 1000);
  if (signal.reason === leaving) return { result: 'hung_up' };
  const kept = await keepMessage(parts, { ...stage, step: name, definition: step, id });
  if (!kept) return { result: 'nothing_said' };
  if (!signal.aborted) await say(stage, ['voicemail-saved'], { heardOut: true });
  return { result: 'recorded' };
}

/** A message whose recording is over, or has broken off. */
export interface SaidMessage {
  id: string;
  entry: CallEntry;
  language: Locale;
  /** The step of the flow. */
  step: string;
  definition: StepOf<'voicemail'>;
  logger: Logger;
}

/** Stores what is in the file of a message, and deletes it. @returns false where nothing is heard in it */
export async function keepMessage(
  parts: InboundParts,
  { id, entry, language, step, definition, logger }: SaidMessage,
): Promise<boolean> {
  const file = soundFile(parts, id);
  try {
    const said = await soundOf(file, longestSeconds(definition));
    if (!said) return false;
    const { file: sound, durationMs } = said;
    const notice = noticeOf(parts, { entry, language, durationMs, to: definition.mailTo ?? [] });
    await untilTaken(() => storeVoicemail(parts.sql, { id, entry, step, sound, durationMs }, notice));
    logger.info({ voicemailId: id, durationMs }, 'message left');
    return true;
  } finally {
    await rm(file, { force: true });
  }
}

const longestSeconds = ({ maxSeconds }: StepOf<'voicemail'>) => maxSeconds ?? defaults.messageSeconds;

function soundFile({ recordingsDir }: InboundParts, id: string): string {
  return join(recordingsDir, `${id}.wav`);
}

/** Says what is to be said before it, and records from the tone on. */
async function begin(stage: Stage, step: StepOf<'voicemail'>, file: string): Promise<Recording> {
  const { parts, leg, typeAhead, signal } = stage;
  await say(stage, step.voicemail);
  await leg.endpoint.play({ tone: 'beep' }, { signal });
  signal.throwIfAborted();
  typeAhead.clear();
  await mkdir(parts.recordingsDir, { recursive: true });
  return await leg.endpoint.record({ file, sides: 'peer', maxMs: longestSeconds(step) * 1000 });
}

/** Resolves when the file is complete, or another gateway goes on with it. */
async function untilSaid(
  { parts: { media }, leg: { endpoint }, signal, logger }: Stage,
  recording: Recording,
  silenceMs: number,
): Promise<void> {
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
  const gone = async () => {
    await aborted(signal);
    if (signal.reason === leaving) return;
    stop();
    await recording.ended;
  };
  try {
    if (!signal.aborted && media.capabilities.has('activity'))
      await endpoint
        .watchActivity({ silenceMs, noRtpMs })
        .catch(error => logger.warn({ err: error }, 'silence ends no message'));
    await Promise.race([recording.ended, gone()]);
  } finally {
    endpoint.off('digit', pressed);
    endpoint.off('activity', fellSilent);
  }
}

/** The message at the level of the house; undefined: nothing is heard in it, or another gateway has stored it. */
async function soundOf(
  file: string,
  maxSeconds: number,
): Promise<{ file: Buffer; durationMs: number } | undefined> {
  try {
    const upload = await readFile(file);
    const sound = await convertApart({ upload, kind: 'speech', maxSeconds: maxSeconds + 1 });
    return sound.durationMs < shortestMs ? undefined : sound;
  } catch (error) {
    if (error instanceof SoundFault || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
