// Every setting of the gateway and its engines: what there is stands in config/settings.ts.
// main.ts and the scripts read the configuration; a feature gets the few values it needs from main.ts.
export { type CompleteConfig, completeConfig, demoPassword, embeddedDatabaseUrl } from './config/complete.js';
export { ConfigError } from './config/error.js';
export type { HostPort, IceServer } from './config/kinds.js';
export { type ConfigSources, defaultFile, loadConfig, type PortUse, portUses } from './config/load.js';
export {
  type Config,
  groups,
  type Setting,
  type SettingName,
  settings,
  variableOf,
} from './config/settings.js';
