import { formatDuration, isoDuration } from '../../format/duration.js';
import { useNow } from '../hooks.js';

/** How long it has been since `since` (ISO 8601), counting. Screen readers read it when they get there, not each second. */
export function Elapsed({ since, className }: { since: string; className?: string }) {
  const elapsed = useNow() - Date.parse(since);
  return (
    <time className={className} dateTime={isoDuration(elapsed)}>
      {formatDuration(elapsed)}
    </time>
  );
}
