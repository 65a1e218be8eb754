export { type BuiltinMediaServer, type BuiltinMediaSettings, connectBuiltinMedia } from './builtin/index.js';
export * from './port.js';
