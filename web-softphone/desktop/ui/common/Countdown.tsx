import { VisuallyHidden } from '@mantine/core';
import { formatCountdown, secondsLeft } from '../../format/duration.js';
import { useNow } from '../hooks.js';
import classes from './countdown.module.css';

interface Props {
  label: string;
  /** ISO 8601; where it is not known, the ring only shows the seconds. */
  from: string | null;
  until: string;
  describe: (seconds: number) => string;
  'data-testid'?: string;
}

const radius = 34;
const around = 2 * Math.PI * radius;

/** A ring that closes while time runs out. */
export function Countdown({ label, from, until, describe, 'data-testid': testId }: Props) {
  const now = useNow();
  const left = secondsLeft(until, now);
  const whole = from ? Math.max(1, (Date.parse(until) - Date.parse(from)) / 1000) : Math.max(1, left);
  const share = Math.min(1, left / whole);
  return (
    <div className={classes.countdown} data-urgent={left <= 5} data-testid={testId}>
      <svg viewBox="0 0 80 80" className={classes.ring} aria-hidden="true">
        <circle cx="40" cy="40" r={radius} className={classes.track} />
        <circle
          cx="40"
          cy="40"
          r={radius}
          className={classes.arc}
          strokeDasharray={around}
          strokeDashoffset={around * (1 - share)}
        />
      </svg>
      <span className={classes.seconds} aria-hidden>
        {formatCountdown(left)}
      </span>
      <span className={classes.label}>{label}</span>
      <VisuallyHidden>: {describe(left)}</VisuallyHidden>
    </div>
  );
}
