/** The time zones that browsers know, by their IANA names. */
export const timeZones: readonly string[] = [
  ...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']),
].filter(name => /^[A-Z]/.test(name));
