/** A setting that cannot be used. The message is meant for the operator: what is wrong, where, what would do. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}
