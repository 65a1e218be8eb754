import { h, icon, icons } from './dom.js';
import type { Launcher } from './launcher.js';
import type { Texts } from './texts.js';

export interface Panel {
  /** What goes into the shadow root. */
  elements: HTMLElement[];
  readonly isOpen: boolean;
  /** Shows the panel; with `focus`, as a dialog that holds the keyboard. */
  open(focus: boolean): void;
  close(): void;
  show(content: HTMLElement): void;
}

const focusable = 'button:enabled, input:enabled, select:enabled, textarea:enabled';

/** The dialog: opening, closing, keyboard. What is in it is the business of others. */
export function createPanel(title: string, text: Texts, launcher: Launcher, onClose: () => void): Panel {
  const body = h('div', { class: 'body' });
  const closeButton = h(
    'button',
    { type: 'button', class: 'close', 'aria-label': text.close, 'data-testid': 'rb-close', click: onClose },
    icon(icons.close),
  );
  const dialog = h(
    'div',
    { class: 'panel', role: 'dialog', 'aria-labelledby': 'title', tabindex: -1, hidden: true },
    h(
      'div',
      { class: 'head' },
      h('span', { class: 'logo' }, icon(icons.phone)),
      h('h2', { id: 'title' }, h('bdi', {}, title)),
      closeButton,
    ),
    body,
  );
  const backdrop = h('div', { class: 'backdrop', hidden: true, click: onClose });

  const keepInside = (event: KeyboardEvent) => {
    const stops = [...dialog.querySelectorAll<HTMLElement>(focusable)].filter(
      stop => stop.getClientRects().length > 0,
    );
    const active = (dialog.getRootNode() as ShadowRoot).activeElement;
    const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    if (active !== from && !(event.shiftKey && active === dialog)) return;
    event.preventDefault();
    to?.focus();
  };
  dialog.addEventListener('keydown', event => {
    if (event.key === 'Escape' && !event.isComposing) onClose();
    else if (event.key === 'Tab') keepInside(event);
  });
  // The page's own shortcuts must not fire at what is typed here.
  for (const type of ['keydown', 'keyup', 'keypress'])
    dialog.addEventListener(type, event => event.stopPropagation());
  // A panel that reopened by itself after a reload becomes modal once the visitor goes into it, not before.
  dialog.addEventListener('focusin', () => dialog.setAttribute('aria-modal', 'true'));

  return {
    elements: [backdrop, dialog],
    get isOpen() {
      return !dialog.hidden;
    },
    open: focus => {
      dialog.hidden = false;
      backdrop.hidden = false;
      launcher.show(false);
      if (focus) dialog.focus();
    },
    close: () => {
      const hadFocus = dialog.contains((dialog.getRootNode() as ShadowRoot).activeElement);
      dialog.hidden = true;
      backdrop.hidden = true;
      dialog.removeAttribute('aria-modal');
      launcher.show(true);
      if (hadFocus) launcher.focus();
    },
    show: content => {
      const hadFocus = body.contains((dialog.getRootNode() as ShadowRoot).activeElement);
      body.replaceChildren(content);
      body.scrollTop = 0;
      if (hadFocus) dialog.focus();
    },
  };
}
