import type { Callback } from './callback.js';
import { h, icon, icons } from './dom.js';
import { ratingView } from './rating.js';
import { stageOf } from './stage.js';
import type { Texts } from './texts.js';

export interface StatusActions {
  /** Cancels the callback; rejects with a message for the visitor. */
  cancel(): Promise<void>;
  /** Absent for who may only look. Rejects with a message for the visitor. */
  rate?: ((stars: number, comment?: string) => Promise<void>) | undefined;
  /** Absent where there is no form to go back to. */
  again?: (() => void) | undefined;
}

export interface StatusView {
  element: HTMLElement;
  /** Where the talk in the page is put. */
  talk: HTMLElement;
  /** Where more that can be done with the callback is put. */
  more: HTMLElement;
  update(callback: Callback): void;
  setReachable(reachable: boolean): void;
  focus(): void;
}

/** Sets text only where it changed, so that screen readers are told each thing once. */
function put(element: HTMLElement, content: string | undefined): void {
  if (element.textContent !== (content ?? '')) element.textContent = content ?? '';
  element.hidden = !content;
}

/** The live view of one callback. `phone` is shown as it was typed; unknown after a reload. */
export function statusView(text: Texts, phone: string | undefined, actions: StatusActions): StatusView {
  const names = text.steps.map(step => h('span', { class: 'step-name' }, step));
  const phoneStep = names[2]!;
  const steps = names.map(name => h('li', {}, h('span', { class: 'step-mark' }, icon(icons.check)), name));
  const way = h('ol', { class: 'steps' }, ...steps);
  const heading = h('h3', { tabindex: -1 });
  const detail = h('p', { class: 'detail' });
  const place = h('p', { class: 'place', 'data-testid': 'rb-position' });
  const estimate = h('p', { class: 'estimate' });
  const queue = h('p', { class: 'queue-name', dir: 'auto' });
  const weCall = h('p', { class: 'we-call' });
  put(weCall, phone && text.weCall(phone));
  const reconnecting = h(
    'p',
    { class: 'notice', role: 'status', hidden: true, 'data-testid': 'rb-reconnecting' },
    text.reconnecting,
  );
  const error = h('p', { class: 'error', role: 'alert', hidden: true });

  const keep = h('button', { type: 'button', click: () => ask(false) }, text.cancelKeep);
  const confirm = h(
    'button',
    { type: 'button', class: 'danger', 'data-testid': 'rb-cancel-confirm', click: () => void cancelNow() },
    text.cancelConfirm,
  );
  const question = h(
    'div',
    { class: 'question', role: 'group', 'aria-labelledby': 'question', hidden: true },
    h('p', { id: 'question' }, text.cancelQuestion),
    h('div', { class: 'row' }, keep, confirm),
  );
  const cancel = h(
    'button',
    { type: 'button', class: 'quiet', 'data-testid': 'rb-cancel', click: () => ask(true) },
    text.cancel,
  );
  const again = h('button', {
    type: 'button',
    class: 'primary',
    'data-testid': 'rb-again',
    click: () => actions.again?.(),
  });

  const talk = h('div', { class: 'talk' });
  const more = h('div', { class: 'more', hidden: true });
  const rating = actions.rate && ratingView(text, actions.rate);
  if (rating) rating.hidden = true;

  let cancellable = true;
  const ask = (asking: boolean) => {
    question.hidden = !asking;
    cancel.hidden = asking || !cancellable;
    if (asking) confirm.focus();
    else cancel.focus();
  };
  async function cancelNow(): Promise<void> {
    confirm.disabled = true;
    keep.disabled = true;
    confirm.textContent = text.cancelling;
    put(error, undefined);
    try {
      await actions.cancel();
    } catch (failure) {
      put(error, (failure as Error).message);
      error.dataset.testid = 'rb-error';
    } finally {
      confirm.disabled = false;
      keep.disabled = false;
      confirm.textContent = text.cancelConfirm;
    }
  }

  const element = h(
    'section',
    { class: 'status', 'data-testid': 'rb-status' },
    way,
    h(
      'div',
      { class: 'live', role: 'status', 'aria-live': 'polite' },
      h('span', { class: 'beacon', 'aria-hidden': 'true' }, icon(icons.phone)),
      heading,
      place,
      estimate,
      detail,
    ),
    talk,
    reconnecting,
    h('div', { class: 'facts' }, queue, weCall),
    error,
    rating,
    again,
    more,
    cancel,
    question,
  );

  return {
    element,
    talk,
    more,
    update: callback => {
      const stage = stageOf(callback, text);
      // Held back until here, because a hidden element cannot keep the focus.
      const focusFalls =
        !stage.cancellable && (question.contains(active(element)) || active(element) === cancel);
      element.dataset.state = callback.state;
      element.dataset.outcome = callback.outcome ?? '';
      element.dataset.tone = stage.tone;
      steps.forEach((step, index) => {
        step.classList.toggle('past', stage.step !== undefined && index < stage.step);
        if (index === stage.step) step.setAttribute('aria-current', 'step');
        else step.removeAttribute('aria-current');
      });
      way.hidden = stage.step === undefined;
      if (callback.via === 'browser') put(phoneStep, text.browserStep);
      put(heading, stage.heading);
      put(detail, stage.detail);
      put(place, stage.place);
      put(estimate, stage.estimate);
      put(queue, callback.queue.name);
      put(again, actions.again && stage.again);
      more.hidden = !stage.movable;
      if (rating) rating.hidden = callback.state !== 'done' || callback.outcome !== 'completed';
      cancellable = stage.cancellable;
      if (!cancellable) question.hidden = true;
      cancel.hidden = !cancellable || !question.hidden;
      if (callback.state === 'bridged' || callback.state === 'done') put(weCall, undefined);
      if (focusFalls) heading.focus();
    },
    setReachable: reachable => {
      reconnecting.hidden = reachable;
    },
    focus: () => heading.focus(),
  };
}

function active(element: HTMLElement): Element | null {
  return (element.getRootNode() as ShadowRoot | Document).activeElement;
}
