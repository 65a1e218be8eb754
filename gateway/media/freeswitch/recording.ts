import { MediaError, type Recording, type RecordingResult, type RecordRequest } from '../port.js';
import type { Channel } from './channel.js';
import type { EslEvent } from './esl-connection.js';
import { checkedPath } from './sounds.js';

const longestMs = 24 * 3_600_000;

/** Where it may be written. @throws MediaError `bad_request` */
async function checkTarget(channel: Channel, file: string): Promise<void> {
  checkedPath(file);
  if (!file.endsWith('.wav')) throw new MediaError('bad_request', 'a recording is a .wav file');
  const folder = file.slice(0, file.lastIndexOf('/')) || '/';
  const [taken, there] = await Promise.all([
    channel.api(`file_exists ${file}`),
    channel.api(`file_exists ${folder}`),
  ]);
  if (taken.trim() === 'true') throw new MediaError('bad_request', `there is a file ${file} already`);
  if (there.trim() !== 'true') throw new MediaError('bad_request', `there is no folder ${folder}`);
}

/** A recording of a channel (`uuid_record`). It goes on whatever the channel is joined to. */
export class ChannelRecording implements Recording {
  readonly ended: Promise<RecordingResult>;
  readonly id: string;
  readonly #channel: Channel;
  readonly #file: string;
  readonly #untap: () => void;
  #resolve: (result: RecordingResult) => void = () => undefined;
  #reason: RecordingResult['reason'] | undefined;
  #over = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #onEvent = (event: EslEvent) => {
    if (event['Event-Name'] === 'RECORD_STOP' && event['Record-File-Path'] === this.#file)
      this.#finish(event);
  };
  /** The file is closed before the channel is destroyed; an event that does not come any more is not waited for. */
  readonly #onGone = () => setTimeout(() => this.#finish({}), 2000).unref();

  private constructor(channel: Channel, file: string) {
    this.id = file;
    this.#channel = channel;
    this.#file = file;
    this.#untap = channel.tap();
    this.ended = new Promise(resolve => {
      this.#resolve = resolve;
    });
    channel.on('event', this.#onEvent);
    channel.on('gone', this.#onGone);
  }

  /** @throws MediaError `bad_request` */
  static async start(channel: Channel, { file, sides, maxMs }: RecordRequest): Promise<ChannelRecording> {
    if (maxMs !== undefined && !(maxMs > 0 && maxMs <= longestMs))
      throw new MediaError('bad_request', `${maxMs} is no limit for a recording`);
    await checkTarget(channel, file);
    const { uuid } = channel;
    // FreeSWITCH throws recordings of less than three seconds away if it is not told otherwise.
    const both = sides === 'both';
    const variables = ['RECORD_MIN_SEC=0', `RECORD_STEREO=${both}`, `RECORD_READ_ONLY=${!both}`];
    await channel.mustApi(`uuid_setvar_multi ${uuid} ${variables.join(';')}`);
    const recording = new ChannelRecording(channel, file);
    try {
      await channel.mustApi(`uuid_record ${uuid} start ${file}`);
    } catch (error) {
      recording.#close();
      throw error;
    }
    if (maxMs !== undefined) recording.#timer = setTimeout(() => recording.#stopFor('limit'), maxMs);
    return recording;
  }

  async pause(): Promise<void> {
    await this.#command('mask');
  }

  async resume(): Promise<void> {
    await this.#command('unmask');
  }

  stop(): Promise<RecordingResult> {
    this.#stopFor('stopped');
    return this.ended;
  }

  #stopFor(reason: RecordingResult['reason']): void {
    if (this.#over || this.#reason !== undefined) return;
    this.#reason = reason;
    this.#command('stop').catch(() => this.#finish({}));
  }

  async #command(command: string): Promise<void> {
    if (this.#over) throw new MediaError('bad_request', 'the recording has ended');
    await this.#channel.mustApi(`uuid_record ${this.#channel.uuid} ${command} ${this.#file}`);
  }

  #finish(event: EslEvent): void {
    if (this.#over) return;
    this.#close();
    const durationMs = Number(event.variable_record_ms ?? 0);
    const reason = this.#reason ?? (this.#channel.gone ? 'endpoint_gone' : 'failed');
    this.#resolve({ file: this.#file, durationMs, reason });
  }

  #close(): void {
    this.#over = true;
    this.#untap();
    clearTimeout(this.#timer);
    this.#channel.off('event', this.#onEvent);
    this.#channel.off('gone', this.#onGone);
  }
}
