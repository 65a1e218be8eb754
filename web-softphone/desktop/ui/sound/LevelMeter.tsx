import { useText } from '../hooks.js';
import classes from './sound.module.css';
import type { Level } from './use-level.js';

/** How loud the microphone hears, as it hears it. */
export function LevelMeter({ level, silent }: Level) {
  const t = useText();
  return (
    <div className={classes.level}>
      <meter
        className={classes.bar}
        aria-label={t.sound.level}
        min={0}
        max={100}
        value={level ?? 0}
        data-testid="sound-level"
      />
      <p className={classes.hint} role="status" data-silent={silent} data-testid="sound-hint">
        {silent ? t.sound.silent : t.sound.speak}
      </p>
    </div>
  );
}
