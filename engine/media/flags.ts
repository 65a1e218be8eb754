/** Values on a command line of ours: checked, and refused by the name of their flag. */
import { isIP } from 'node:net';

/** Thrown for a setting that cannot be used: the sentence names the setting. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

/** Runs a parser of node:util, whose errors become ours. @throws SettingError */
export function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new SettingError((error as Error).message);
  }
}

/** A whole number within bounds. @throws SettingError */
export function number(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new SettingError(`${flag} must be a whole number from ${least} to ${most}, not ${text}`);
  }
  return value;
}

/** @throws SettingError */
export function ipAddress(flag: string, text: string): string {
  if (isIP(text) === 0) throw new SettingError(`${flag} must be an IP address, not ${text}`);
  return text;
}

/** `FIRST-LAST` of --rtp-ports. @throws SettingError */
export function portRange(text: string): { first: number; last: number } {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text);
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || first < 1024 || last > 65535 || last - first < 3) {
    throw new SettingError(
      `--rtp-ports must be FIRST-LAST within 1024-65535 and hold two pairs at least, not ${text}`,
    );
  }
  return { first, last };
}
