/** The letter that goes with Alt. None of them is taken by a browser's menu in English or Korean. */
export const shortcutKeys = {
  accept: 'A',
  decline: 'X',
  hangUp: 'Q',
  mute: 'M',
  hold: 'O',
  keypad: 'K',
  dial: 'C',
  transfer: 'P',
  complete: 'L',
  join: 'J',
  back: 'U',
  note: 'N',
  finish: 'W',
  ready: 'R',
  help: 'I',
} as const;

export type Shortcut = keyof typeof shortcutKeys;

export const shortcuts = Object.keys(shortcutKeys) as Shortcut[];

export function codeOf(shortcut: Shortcut): string {
  return `Key${shortcutKeys[shortcut]}`;
}

/** The value of aria-keyshortcuts. */
export function ariaKeys(shortcut: Shortcut): string {
  return `Alt+${shortcutKeys[shortcut]}`;
}
