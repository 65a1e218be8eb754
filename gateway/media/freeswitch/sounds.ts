import { MediaError, type PlaySource } from '../port.js';
import { beep, type Cadence, cadenceOf } from '../tones.js';

/** A path that FreeSWITCH's commands take as it is: absolute, without spaces and what they give a meaning to. */
const plainPath = /^(\/[\p{L}\p{N}_.,@+=~-]+)+$/u;

/** @throws MediaError `bad_request` */
export function checkedPath(path: string): string {
  if (plainPath.test(path) && !path.split('/').includes('..')) return path;
  throw new MediaError('bad_request', `not a path that FreeSWITCH takes: ${JSON.stringify(path)}`);
}

/** About the level that tones of a network have, -13 dBm0. */
const volume = -13;
const maxSilenceMs = 24 * 3_600_000;

/** A tone in FreeSWITCH's words (TGML). */
function toneStream({ frequencies, onOffMs }: Cadence, loop: boolean): string {
  const signals: string[] = [];
  for (let i = 0; i < onOffMs.length; i += 2)
    signals.push(`%(${onOffMs[i]},${onOffMs[i + 1] ?? 0},${frequencies.join(',')})`);
  return `tone_stream://v=${volume};${signals.join(';')}${loop ? ';loops=-1' : ''}`;
}

/** Keys as the sound they have (ITU-T Q.23). */
export function toneDigits(digits: string, toneMs: number, gapMs: number): string {
  return `tone_stream://v=${volume};d=${toneMs};w=${gapMs};${digits.toLowerCase()}`;
}

/** What FreeSWITCH plays, one after the other. */
export interface Sounds {
  items: { sound: string; forever: boolean }[];
  /** Those of them that have to be there. */
  files: string[];
}

/** @throws MediaError `bad_request` */
export function soundsOf(source: PlaySource | readonly PlaySource[], houseMusic: string): Sounds {
  const sources = Array.isArray(source) ? (source as readonly PlaySource[]) : [source as PlaySource];
  if (sources.length === 0) throw new MediaError('bad_request', 'nothing to play');
  const sounds: Sounds = { items: [], files: [] };
  const add = (sound: string, forever = false) => sounds.items.push({ sound, forever });
  for (const one of sources) {
    if ('file' in one) {
      add(checkedPath(one.file));
      sounds.files.push(one.file);
    } else if ('music' in one) {
      add(checkedPath(houseMusic), true);
      sounds.files.push(houseMusic);
    } else if ('silenceMs' in one) {
      const { silenceMs } = one;
      if (!Number.isInteger(silenceMs) || silenceMs < 0 || silenceMs > maxSilenceMs)
        throw new MediaError('bad_request', `${silenceMs} is no time to be silent`);
      add(`silence_stream://${silenceMs}`);
    } else if (one.tone === 'beep') {
      add(toneStream(beep, false));
    } else {
      add(toneStream(cadenceOf(one.tone, one.country), true));
    }
  }
  return sounds;
}
