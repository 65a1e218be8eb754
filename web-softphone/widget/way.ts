import type { Via } from './callback.js';
import { h } from './dom.js';
import type { Texts } from './texts.js';

/** Whether this browser can carry a talk here: a secure page, with WebRTC. */
export function canTalk(): boolean {
  return isSecureContext && 'mediaDevices' in navigator && 'RTCPeerConnection' in window;
}

/** "How shall we talk?": on the phone, or in this page. */
export function wayField(
  draft: { via: Via },
  text: Texts,
  error: HTMLElement,
  onChange: () => void,
): HTMLFieldSetElement {
  const explained = h('p', { class: 'optional', id: 'microphone' }, text.microphone);
  const show = () => {
    explained.hidden = draft.via !== 'browser';
  };
  const choice = (via: Via, label: string) => {
    const radio = h('input', {
      type: 'radio',
      name: 'via',
      value: via,
      'aria-describedby': via === 'browser' ? 'microphone' : undefined,
      'data-testid': `rb-via-${via}`,
      change: () => {
        draft.via = via;
        show();
        onChange();
      },
    });
    radio.checked = draft.via === via;
    return h(
      'label',
      { class: 'card' },
      radio,
      h('span', { class: 'dot' }),
      h('span', { class: 'card-name' }, label),
    );
  };
  show();
  return h(
    'fieldset',
    { class: 'way', 'aria-describedby': 'error-via' },
    h('legend', {}, text.how),
    h('div', { class: 'row' }, choice('phone', text.byPhone), choice('browser', text.inBrowser)),
    explained,
    error,
  );
}
