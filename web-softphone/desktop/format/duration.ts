/** `0:07`, `12:34`, `1:02:03`. What is negative counts as nothing. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60) % 60;
  const hours = Math.floor(seconds / 3600);
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
  return `${minutes}:${two(seconds % 60)}`;
}

/** The same for a machine to read, in HTML's `<time datetime>`: `PT754S`. */
export function isoDuration(ms: number): string {
  return `PT${Math.max(0, Math.floor(ms / 1000))}S`;
}

/** `59`, `1:00`, `12:34`: what is left of a short time, in as few signs as it takes. */
export function formatCountdown(seconds: number): string {
  return seconds < 60 ? String(seconds) : formatDuration(seconds * 1000);
}

/** Whole seconds left, rounded up: 1 is shown until the very end. */
export function secondsLeft(until: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
}
