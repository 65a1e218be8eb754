import type { PlaySource } from '../port.js';

/** What is to be played, in the engine's words: it has no music of its own, and is told the file. */
export function sourcesFor(source: PlaySource | readonly PlaySource[], houseMusic: string) {
  const sources = Array.isArray(source) ? (source as readonly PlaySource[]) : [source as PlaySource];
  return sources.map(one => ('music' in one ? { music: houseMusic } : one));
}
