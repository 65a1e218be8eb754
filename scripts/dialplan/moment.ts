import { Temporal } from 'temporal-polyfill';

/** A time as it is typed: with an offset, or on the clock of a time zone. Undefined for what is none; now for nothing. */
export function momentOf(text: string | undefined, timeZone: string): Date | undefined {
  if (text === undefined) return new Date();
  try {
    const instant = /([zZ]|[+-]\d{2}:?\d{2})$/.test(text)
      ? Temporal.Instant.from(text)
      : Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).toInstant();
    return new Date(instant.epochMilliseconds);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
