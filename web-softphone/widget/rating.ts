import { h, icon, icons, runsAsTyped } from './dom.js';
import type { Texts } from './texts.js';

/** Stars, and a word about why: sent with the first tap, and again with the word, also with one that was only typed. */
export function ratingView(
  text: Texts,
  rate: (stars: number, comment?: string) => Promise<void>,
): HTMLElement {
  let chosen = 0;
  let sent = '';
  const said = h('p', { class: 'rated', role: 'status' });
  const error = h('p', { class: 'error', role: 'alert', hidden: true });
  const comment = h('textarea', {
    rows: 2,
    maxlength: 1000,
    'aria-label': text.rateMore,
    placeholder: text.rateMore,
    'data-testid': 'rb-rating-comment',
  });
  runsAsTyped(comment);
  const sendButton = h(
    'button',
    { type: 'button', 'data-testid': 'rb-rating-send', click: () => void send(comment.value.trim()) },
    text.rateSend,
  );
  const more = h('div', { class: 'why', hidden: true }, comment, sendButton);
  const stars = [1, 2, 3, 4, 5].map(value =>
    h(
      'label',
      { class: 'star' },
      h('input', {
        type: 'radio',
        name: 'stars',
        value,
        'aria-label': text.stars(value),
        'data-testid': `rb-star-${value}`,
        change: () => {
          chosen = value;
          for (const [index, star] of stars.entries()) star.classList.toggle('lit', index < value);
          void send();
        },
      }),
      icon(icons.star),
    ),
  );
  async function send(why?: string): Promise<void> {
    error.hidden = true;
    sendButton.disabled = true;
    try {
      await rate(chosen, why);
      sent = why ?? sent;
      said.textContent = text.rated;
      more.hidden = why !== undefined && why !== '';
    } catch (failure) {
      error.textContent = (failure as Error).message;
      error.hidden = false;
    } finally {
      sendButton.disabled = false;
    }
  }
  addEventListener('pagehide', () => {
    const why = comment.value.trim();
    if (chosen > 0 && why !== sent) void send(why);
  });
  return h(
    'fieldset',
    { class: 'rating', 'data-testid': 'rb-rating' },
    h('legend', {}, text.rate),
    h('div', { class: 'stars' }, ...stars),
    more,
    said,
    error,
  );
}
