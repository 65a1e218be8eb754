/**
 * Choosing a time: for a new callback, and for one that is there. A script of its own, fetched when the panel opens:
 * a page that only shows the button does not pay for it.
 */
import type { Slot } from './callback.js';
import { choiceCard } from './choice-card.js';
import { h } from './dom.js';
import style from './later.widget.css';
import type { LaterTexts } from './texts.js';

interface Shared {
  text: LaterTexts;
  /** How days and times are written. */
  locale: string;
  slots(): Promise<Slot[]>;
  /** What went wrong, in words for the visitor. */
  wordsFor(error: unknown): string;
}

export interface WhenOptions extends Shared {
  /** Whether it can be now. */
  open: boolean;
  choose(at: string | undefined): void;
}

export interface MoveOptions extends Shared {
  move(at: string | null): Promise<void>;
  link: string;
}

/** The styles come with the element: what is not shown is not styled. */
function styled(...children: (HTMLElement | undefined)[]): HTMLElement {
  const element = h('div', { class: 'later' }, ...children);
  queueMicrotask(() => {
    const root = element.getRootNode();
    if (!(root instanceof ShadowRoot) || root.adoptedStyleSheets.some(known => known === sheet)) return;
    root.adoptedStyleSheets.push(sheet);
  });
  return element;
}
const sheet = new CSSStyleSheet();
sheet.replaceSync(style);

/** Days and times of the visitor's own clock. */
function picker(slots: Slot[], locale: string, text: LaterTexts, choose: (at: string) => void): HTMLElement {
  const dayOf = new Intl.DateTimeFormat(locale, { weekday: 'short', month: 'short', day: 'numeric' });
  const clock = new Intl.DateTimeFormat(locale, {
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  });
  const hour = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
  const days = new Map<string, Slot[]>();
  for (const slot of slots) {
    const day = dayOf.format(new Date(slot.at));
    days.set(day, [...(days.get(day) ?? []), slot]);
  }
  const time = h('select', {
    'aria-label': text.time,
    'data-testid': 'rb-time',
    change: () => choose(time.value),
  });
  const showDay = () => {
    const shown = days.get(day.value) ?? [];
    // An hour that comes twice, when the clock is put back, is told apart by its zone.
    const labels = shown.map(({ at, until }) => hour.formatRange(new Date(at), new Date(until)));
    time.replaceChildren(
      ...shown.map(({ at }, index) => {
        const label = labels[index]!;
        const twice = labels.indexOf(label) !== labels.lastIndexOf(label);
        return h('option', { value: at }, twice ? clock.format(new Date(at)) : label);
      }),
    );
    if (shown[0]) choose(shown[0].at);
  };
  const day = h(
    'select',
    { 'aria-label': text.day, 'data-testid': 'rb-day', change: showDay },
    ...[...days.keys()].map(name => h('option', { value: name }, name)),
  );
  showDay();
  const { timeZone } = dayOf.resolvedOptions();
  return h(
    'div',
    { class: 'picker' },
    day,
    time,
    h('p', { class: 'zone' }, text.zone(timeZone.split('/').at(-1)!.replaceAll('_', ' '))),
  );
}

/** Fetches the slots into `place`; says so when there are none. */
async function showSlots(
  place: HTMLElement,
  { text, locale, slots, wordsFor }: Shared,
  choose: (at: string | undefined) => void,
): Promise<void> {
  choose(undefined);
  place.replaceChildren(h('p', { class: 'zone', role: 'status' }, text.loading));
  try {
    const found = await slots();
    place.replaceChildren(
      found.length > 0
        ? picker(found, locale, text, choose)
        : h('p', { class: 'zone', 'data-testid': 'rb-no-slots' }, text.none),
    );
  } catch (error) {
    place.replaceChildren(h('p', { class: 'error', role: 'alert' }, wordsFor(error)));
  }
}

/** "Now, or at a time of your choice", in the form. */
export function whenField(options: WhenOptions): HTMLElement {
  const { text } = options;
  const place = h('div', {});
  const choice = (name: 'now' | 'later', label: string) =>
    choiceCard({
      group: 'when',
      value: name,
      label,
      checked: (name === 'now') === options.open,
      disabled: name === 'now' && !options.open,
      testId: `rb-when-${name}`,
      onChosen: () => show(name),
    });
  const show = (name: 'now' | 'later') => {
    if (name === 'later') void showSlots(place, options, options.choose);
    else {
      options.choose(undefined);
      place.replaceChildren();
    }
  };
  if (!options.open) show('later');
  return styled(
    h(
      'fieldset',
      { class: 'when' },
      h('legend', {}, text.when),
      h('div', { class: 'row' }, choice('now', text.now), choice('later', text.later)),
      place,
    ),
  );
}

/** "Change the time" and the link to the callback, under its status. */
export function moveView(options: MoveOptions): HTMLElement {
  const { text } = options;
  let chosen: string | undefined;
  const place = h('div', {});
  const error = h('p', { class: 'error', role: 'alert', hidden: true });
  const change = h(
    'button',
    { type: 'button', class: 'quiet', 'data-testid': 'rb-change', click: () => ask(true) },
    text.change,
  );
  const toSlot = h(
    'button',
    { type: 'button', class: 'primary', 'data-testid': 'rb-move', click: () => void move(chosen) },
    text.move,
  );
  const toNow = h(
    'button',
    { type: 'button', 'data-testid': 'rb-move-now', click: () => void move(null) },
    text.callNow,
  );
  const box = h(
    'div',
    { class: 'question', role: 'group', 'aria-label': text.change, hidden: true },
    place,
    error,
    toSlot,
    h('div', { class: 'row' }, toNow, h('button', { type: 'button', click: () => ask(false) }, text.keep)),
  );
  const link = h(
    'button',
    { type: 'button', class: 'quiet', 'data-testid': 'rb-link', click: () => void copy() },
    text.copyLink,
  );
  const ask = (asking: boolean) => {
    box.hidden = !asking;
    change.hidden = asking;
    error.hidden = true;
    if (!asking) return change.focus();
    void showSlots(place, options, at => {
      chosen = at;
      toSlot.disabled = !at;
    });
    toNow.focus();
  };
  async function move(at: string | null | undefined): Promise<void> {
    if (at === undefined) return;
    toSlot.disabled = true;
    toNow.disabled = true;
    try {
      await options.move(at);
      ask(false);
    } catch (failure) {
      ask(true);
      error.textContent = options.wordsFor(failure);
      error.hidden = false;
    } finally {
      toNow.disabled = false;
    }
  }
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(options.link);
      link.textContent = text.copied;
    } catch {
      // A page may not be let at the clipboard: then the link is there to be copied by hand.
      const shown = h('input', {
        type: 'text',
        readonly: true,
        'aria-label': text.copyLink,
        'data-testid': 'rb-link-text',
      });
      shown.value = options.link;
      link.replaceWith(shown);
      shown.select();
    }
  }
  return styled(change, box, link);
}
