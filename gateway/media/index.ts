export { type BuiltinMediaSettings, connectBuiltinMedia } from './builtin/index.js';
export { type CollectedDigits, type CollectRequest, collectDigits, TypeAhead } from './collect.js';
export { connectFreeswitch, type FreeswitchSettings, type MediaSignalling } from './freeswitch/index.js';
export * from './port.js';
