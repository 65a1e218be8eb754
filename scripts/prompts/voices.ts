import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locale } from '../../gateway/errors.js';
import type { Sound } from '../../gateway/prompts/sound/sound.js';
import { readWav } from '../../gateway/prompts/sound/wav.js';
import { SetupError } from '../setup-error.js';
import { pronounced } from './pronunciation.js';

interface Voice {
  program: string;
  /** The Debian package that brings it. */
  apt: string;
  command(text: string, file: string): string[];
}

/**
 * Speech synthesisers that Debian ships and whose output anybody may use. A text is never read from a shell.
 * English: Carnegie Mellon's voice `slt` in Flite. Korean: eSpeak NG, which is the only free one there.
 */
const voices: Readonly<Record<Locale, Voice>> = {
  en: {
    program: 'flite',
    apt: 'flite',
    command: (text, file) => ['-voice', 'slt', '--setf', 'duration_stretch=1.15', '-t', text, '-o', file],
  },
  ko: {
    program: 'espeak-ng',
    apt: 'espeak-ng',
    command: (text, file) => ['-v', 'ko', '-s', '165', '-g', '2', '-w', file, '--', pronounced(text)],
  },
};

/** Any utterance of ours is much shorter. */
const longestSeconds = 30;

/** The text, spoken. `folder` is for the file in between. */
export function speakAloud(language: Locale, text: string, folder: string): Sound {
  const { program, apt, command } = voices[language];
  const file = join(folder, 'spoken.wav');
  const { error, status, stderr } = spawnSync(program, command(text, file), { encoding: 'utf8' });
  if (error) throw new SetupError(`The prompts need ${program}. Run: sudo apt-get install -y ${apt}`);
  if (status !== 0) throw new Error(`${program} failed on ${JSON.stringify(text)}: ${stderr}`);
  return readWav(readFileSync(file), longestSeconds);
}
