import { Kbd } from '@mantine/core';
import { type Shortcut, shortcutKeys } from '../shortcut-keys.js';
import classes from './key-hint.module.css';

/** The keys of a shortcut, for who has a keyboard; told to screen readers by aria-keyshortcuts. */
export function KeyHint({ shortcut }: { shortcut: Shortcut }) {
  return (
    <span className={classes.hint} aria-hidden>
      Alt {shortcutKeys[shortcut]}
    </span>
  );
}

export function Keys({ shortcut }: { shortcut: Shortcut }) {
  return (
    <span>
      <Kbd>Alt</Kbd> + <Kbd>{shortcutKeys[shortcut]}</Kbd>
    </span>
  );
}
