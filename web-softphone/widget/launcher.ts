import { h, icon, icons } from './dom.js';

/** The button that is on the page before anything else is, and the voice with which it speaks to screen readers. */
export interface Launcher {
  elements: HTMLElement[];
  /** The button's words; also said to screen readers while the button is shown. */
  say(label: string, tone?: string): void;
  show(shown: boolean): void;
  focus(): void;
  /** A friendly line above the button, until it is taken or dismissed. */
  greet(line: string, dismiss: string, answer: (taken: boolean) => void): void;
}

export function createLauncher(words: string, onPress: () => void, onHint: () => void): Launcher {
  const label = h('span', {}, words);
  const button = h(
    'button',
    {
      type: 'button',
      class: 'pill',
      'aria-haspopup': 'dialog',
      'data-testid': 'rb-open',
      click: onPress,
      pointerenter: onHint,
      focus: onHint,
    },
    icon(icons.phone),
    label,
  );
  const voice = h('div', { class: 'voice', role: 'status', 'aria-live': 'polite' });
  // There from the start: a screen reader says only what comes into a region that it knows.
  const greeting = h('div', {
    class: 'greeting',
    role: 'status',
    hidden: true,
    'data-testid': 'rb-greeting',
  });
  return {
    elements: [greeting, button, voice],
    say: (next, tone) => {
      button.dataset.tone = tone ?? '';
      if (label.textContent === next) return;
      label.textContent = next;
      if (!button.hidden) voice.textContent = next;
    },
    show: shown => {
      button.hidden = !shown;
      greeting.hidden = true;
      if (!shown) voice.textContent = '';
    },
    focus: () => button.focus(),
    greet: (line, dismiss, answer) => {
      const end = (taken: boolean) => () => {
        // What is hidden cannot keep the keyboard, which would be at the top of the page then.
        if (!taken && greeting.querySelector(':focus')) button.focus();
        greeting.hidden = true;
        answer(taken);
      };
      greeting.replaceChildren(
        h(
          'button',
          { type: 'button', class: 'line', dir: 'auto', 'data-testid': 'rb-greeting-open', click: end(true) },
          line,
        ),
        h(
          'button',
          {
            type: 'button',
            class: 'close',
            'aria-label': dismiss,
            'data-testid': 'rb-greeting-close',
            click: end(false),
          },
          icon(icons.close),
        ),
      );
      greeting.hidden = button.hidden;
    },
  };
}
