import type { Recording, RecordingResult, RecordRequest } from '../port.js';
import type { EngineConnection } from './connection.js';

/** A recording of the built-in engine, asked for how it ends from the first moment on. */
export class BuiltinRecording implements Recording {
  readonly id: string;
  readonly ended: Promise<RecordingResult>;
  readonly #connection: EngineConnection;

  constructor(connection: EngineConnection, recording: string, { file }: Pick<RecordRequest, 'file'>) {
    this.#connection = connection;
    this.id = recording;
    const startedAt = performance.now();
    this.ended = connection.request('recordingEnded', { recording }, { timeoutMs: 0 }).then(
      result => result as unknown as RecordingResult,
      // An engine that is gone leaves the file as it was at its last piece.
      () => ({ file, durationMs: Math.round(performance.now() - startedAt), reason: 'endpoint_gone' }),
    );
  }

  async pause(): Promise<void> {
    await this.#connection.request('pauseRecording', { recording: this.id });
  }

  async resume(): Promise<void> {
    await this.#connection.request('resumeRecording', { recording: this.id });
  }

  async stop(): Promise<RecordingResult> {
    if (!this.#connection.alive) return this.ended;
    await Promise.race([this.#connection.request('stopRecording', { recording: this.id }), this.ended]).catch(
      () => this.ended,
    );
    return this.ended;
  }
}
