import { h } from './dom.js';

export interface Choice {
  /** The choices of which one is taken. */
  group: string;
  value: string;
  label: string;
  checked: boolean;
  disabled?: boolean;
  testId: string;
  /** The id of what explains it. */
  describedBy?: string | undefined;
  onChosen(): void;
}

/** One of several things to choose from, as a card with a radio button in it. */
export function choiceCard(choice: Choice, ...more: (Node | undefined)[]): HTMLLabelElement {
  const radio = h('input', {
    type: 'radio',
    name: choice.group,
    value: choice.value,
    disabled: choice.disabled,
    'aria-describedby': choice.describedBy,
    'data-testid': choice.testId,
    change: choice.onChosen,
  });
  radio.checked = choice.checked;
  return h(
    'label',
    { class: 'card' },
    radio,
    h('span', { class: 'dot' }),
    // A name of the site's own may run the other way than what is around it.
    h('span', { class: 'card-name' }, h('bdi', {}, choice.label)),
    ...more,
  );
}
