/** A moment, or a span from one to another, on the visitor's own clock. */
export function momentInWords(language: string, at: string, until?: string): string {
  const clock = new Intl.DateTimeFormat(language, {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
  });
  const from = new Date(at);
  return until ? clock.formatRange(from, new Date(until)) : clock.format(from);
}
