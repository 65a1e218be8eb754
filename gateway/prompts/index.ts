export { type Announcement, PromptFiles } from './files.js';
export { defaultMusic, isMusic, type MusicKey, music } from './music.js';
export { type PromptRouteOptions, promptRoutes } from './routes.js';
export { convertApart } from './sound/converter.js';
export { SoundFault } from './sound/fault.js';
export type { Spoken } from './spoken.js';
export { type PromptKey, promptKeys, textsOf } from './texts.js';
export { speak, type Utterance } from './utterance.js';
