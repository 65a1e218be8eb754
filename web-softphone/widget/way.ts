import type { Via } from './callback.js';
import { choiceCard } from './choice-card.js';
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
  const choice = (via: Via, label: string) =>
    choiceCard({
      group: 'via',
      value: via,
      label,
      checked: draft.via === via,
      testId: `rb-via-${via}`,
      describedBy: via === 'browser' ? 'microphone' : undefined,
      onChosen: () => {
        draft.via = via;
        show();
        onChange();
      },
    });
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
