/** The hold music: of no language. */
export const music = {
  'hold-music-1': 'A slow waltz for a music box',
  'hold-music-2': 'A quiet evening: plucked strings over a pad, and a flute',
} as const;

export type MusicKey = keyof typeof music;

/** What is heard where nobody has chosen. */
export const defaultMusic: MusicKey = 'hold-music-1';

export function isMusic(key: string): key is MusicKey {
  return Object.hasOwn(music, key);
}
