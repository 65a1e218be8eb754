import { h, icon, icons } from './dom.js';
import type { Texts } from './texts.js';

export interface Panel {
  /** What goes into the shadow root: the button, the panel and the voice of the closed panel. */
  elements: HTMLElement[];
  readonly isOpen: boolean;
  /** Shows the panel; with `focus`, as a dialog that holds the keyboard. */
  open(focus: boolean): void;
  close(): void;
  show(content: HTMLElement): void;
  /** The button's words; also said to screen readers while the panel is closed. */
  setButton(label: string, tone: string | undefined): void;
}

const focusable = 'button:enabled, input:enabled, select:enabled, textarea:enabled';

/** The floating button and its dialog: opening, closing, keyboard. What is in it is the business of others. */
export function createPanel(text: Texts, onOpen: () => void, onClose: () => void): Panel {
  const label = h('span', {}, text.callMeBack);
  const button = h(
    'button',
    { type: 'button', class: 'pill', 'aria-haspopup': 'dialog', 'data-testid': 'rb-open', click: onOpen },
    icon(icons.phone),
    label,
  );
  const voice = h('div', { class: 'voice', role: 'status', 'aria-live': 'polite' });
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
      h('h2', { id: 'title' }, text.title),
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
    elements: [backdrop, dialog, button, voice],
    get isOpen() {
      return !dialog.hidden;
    },
    open: focus => {
      dialog.hidden = false;
      backdrop.hidden = false;
      button.hidden = true;
      voice.textContent = '';
      if (focus) dialog.focus();
    },
    close: () => {
      const hadFocus = dialog.contains((dialog.getRootNode() as ShadowRoot).activeElement);
      dialog.hidden = true;
      backdrop.hidden = true;
      dialog.removeAttribute('aria-modal');
      button.hidden = false;
      if (hadFocus) button.focus();
    },
    show: content => {
      const hadFocus = body.contains((dialog.getRootNode() as ShadowRoot).activeElement);
      body.replaceChildren(content);
      body.scrollTop = 0;
      if (hadFocus) dialog.focus();
    },
    setButton: (words, tone) => {
      button.dataset.tone = tone ?? '';
      if (label.textContent === words) return;
      label.textContent = words;
      if (dialog.hidden) voice.textContent = words;
    },
  };
}
