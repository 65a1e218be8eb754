export { type AsteriskMediaSettings, connectAsteriskMedia } from './asterisk/index.js';
export {
  type BuiltinMediaPoolSettings,
  type BuiltinMediaSettings,
  connectBuiltinMedia,
  connectBuiltinMediaPool,
} from './builtin/index.js';
export { type CollectedDigits, type CollectRequest, collectDigits, TypeAhead } from './collect.js';
export {
  connectFreeswitch,
  connectFreeswitchPool,
  type FreeswitchPoolSettings,
  type FreeswitchSettings,
  type MediaSignalling,
} from './freeswitch/index.js';
export { MediaPool, type PoolMember } from './pool.js';
export * from './port.js';
export { scoreOf } from './quality.js';
export { RelocatingMedia } from './relocation.js';
