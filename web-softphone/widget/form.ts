import type { Queue, Site, Via } from './callback.js';
import { callingCode, countryOf } from './calling-codes.js';
import { choiceCard } from './choice-card.js';
import { h, icon, icons, runsAsTyped } from './dom.js';
import type { Me } from './memory.js';
import { momentInWords } from './moment.js';
import { flag, formatPhone } from './phone.js';
import { type Texts, waitInWords } from './texts.js';
import { wayField } from './way.js';

/** What the visitor has entered so far. It is kept while the form is away and lost with the page. */
export interface Draft {
  queue: string;
  /** The beginning of the chosen slot; undefined: now. */
  at: string | undefined;
  country: string;
  phone: string;
  name: string;
  note: string;
  via: Via;
  /** Whether number and name are kept on the device. */
  remember: boolean;
}

export const fields = ['queue', 'via', 'phone', 'name', 'note'] as const;
export type Field = (typeof fields)[number];

export interface FormView {
  element: HTMLElement;
  /** Where the choice of a time is put. */
  when: HTMLElement;
  focus(field?: Field): void;
  /** Shows a failure at its field, or above the button when it belongs to none, and moves the focus there. */
  fail(message: string, field?: Field): void;
  setSending(sending: boolean): void;
  /** What the button says; without it, what it said at first. */
  setSubmitLabel(label?: string): void;
}

/** First choices: the first queue that is open, the country that the languages in `wishes` speak of. */
export function initialDraft(site: Site, wishes: readonly string[], me: Me | null): Draft {
  const regions = wishes.map(wish => new Intl.Locale(wish).maximize().region ?? '');
  return {
    queue: firstChoice(site)?.key ?? '',
    at: undefined,
    country:
      [me?.country ?? '', ...regions].find(region => site.countries.includes(region)) ??
      site.countries[0] ??
      '',
    phone: me?.phone ?? '',
    name: me?.name ?? '',
    note: '',
    via: 'phone',
    remember: me !== null,
  };
}

/** Whether anything can be asked for at a counter. */
export function isChoosable(queue: Queue): boolean {
  return queue.open || queue.later;
}

export function firstChoice({ queues }: Site): Queue | undefined {
  return queues.find(queue => queue.open) ?? queues.find(isChoosable);
}

function countryNames({ locale }: Texts): (country: string) => string {
  const names = new Intl.DisplayNames([locale], { type: 'region' });
  return country => names.of(country) ?? country;
}

function closedInWords({ full, opensAt }: Queue, text: Texts): string {
  if (full) return text.full;
  return opensAt ? text.opens(momentInWords(text.locale, opensAt)) : text.closed;
}

export interface FormOptions {
  site: Site;
  draft: Draft;
  text: Texts;
  /** Whether the visitor may talk in the page. */
  browserCalls: boolean;
  /** The site's own words in place of ours. */
  intro: string | null;
  onSubmit(): void;
  onQueue(): void;
}

export function formView({
  site,
  draft,
  text,
  browserCalls,
  intro,
  onSubmit,
  onQueue,
}: FormOptions): FormView {
  const errors = new Map<Field | undefined, HTMLParagraphElement>();
  const controls = new Map<Field, HTMLElement>();

  const errorOf = (field?: Field) => {
    const element = h('p', { class: 'error', id: `error-${field ?? 'form'}`, role: 'alert', hidden: true });
    errors.set(field, element);
    return element;
  };
  const clearErrors = () => {
    for (const [field, element] of errors) {
      element.hidden = true;
      element.removeAttribute('data-testid');
      element.replaceChildren();
      if (field) controls.get(field)?.removeAttribute('aria-invalid');
    }
  };

  const cards = site.queues.map(queue => {
    const wait = queue.open ? waitInWords(text, queue.estimatedWait) : closedInWords(queue, text);
    const choosable = isChoosable(queue);
    return choiceCard(
      {
        group: 'queue',
        value: queue.key,
        label: queue.name,
        checked: choosable && draft.queue === queue.key,
        disabled: !choosable,
        testId: `rb-queue-${queue.key}`,
        onChosen: () => {
          draft.queue = queue.key;
          clearErrors();
          onQueue();
        },
      },
      wait === undefined ? undefined : h('span', { class: 'card-wait' }, icon(icons.clock), wait),
    );
  });
  const anyOpen = site.queues.some(isChoosable);
  const when = h('div');

  const nameOf = countryNames(text);
  const shownCode = h('span', { class: 'code', 'aria-hidden': 'true' });
  const country = h(
    'select',
    {
      'aria-label': text.country,
      'data-testid': 'rb-country',
      autocomplete: 'tel-country-code',
      change: () => {
        draft.country = country.value;
        showCountry();
        reformat(true);
      },
    },
    ...site.countries.map(key =>
      h(
        'option',
        { value: key, selected: key === draft.country },
        // The code in an isolate: beside Arabic letters its plus would change sides.
        `${flag(key)} ${nameOf(key)} \u2066+${callingCode(key) ?? ''}\u2069`,
      ),
    ),
  );
  const showCountry = () => {
    country.value = draft.country;
    shownCode.textContent = `${draft.country} +${callingCode(draft.country) ?? ''}`;
  };

  const phone = h('input', {
    type: 'tel',
    id: 'phone',
    name: 'phone',
    autocomplete: 'tel',
    required: true,
    maxlength: 40,
    'aria-describedby': 'error-phone',
    'data-testid': 'rb-phone',
    input: event => {
      const { inputType, isComposing } = event as InputEvent;
      reformat(
        !isComposing && !inputType?.startsWith('delete') && phone.selectionStart === phone.value.length,
      );
      clearErrors();
    },
    blur: () => reformat(true),
  });
  // Formatting only ever adds at the end of what is typed: a caret in the middle, or a deletion, is left in peace.
  const reformat = (allowed: boolean) => {
    if (phone.value.trim().startsWith('+')) {
      const found = countryOf(phone.value.replace(/\D/g, ''), site.countries);
      if (found && callingCode(found) !== callingCode(draft.country)) {
        draft.country = found;
        showCountry();
      }
    }
    const formatted = allowed ? formatPhone(phone.value, draft.country) : phone.value;
    if (formatted !== phone.value) phone.value = formatted;
    draft.phone = phone.value;
  };

  const optional = () => h('span', { class: 'optional' }, ` · ${text.optional}`);
  const name = h('input', {
    type: 'text',
    id: 'name',
    name: 'name',
    autocomplete: 'name',
    maxlength: 100,
    'aria-describedby': 'error-name',
    'data-testid': 'rb-name',
    input: () => {
      draft.name = name.value;
      clearErrors();
    },
  });
  const note = h('textarea', {
    id: 'note',
    name: 'note',
    rows: 2,
    maxlength: 500,
    placeholder: text.notePlaceholder,
    'aria-describedby': 'error-note',
    'data-testid': 'rb-note',
    input: () => {
      draft.note = note.value;
      clearErrors();
    },
  });
  const remember = h('input', {
    type: 'checkbox',
    'data-testid': 'rb-remember',
    change: () => {
      draft.remember = remember.checked;
    },
  });
  remember.checked = draft.remember;
  phone.value = draft.phone;
  name.value = draft.name;
  note.value = draft.note;
  runsAsTyped(name);
  runsAsTyped(note);
  showCountry();
  reformat(true);

  const restLabel = () => (draft.via === 'browser' ? text.talkHere : text.callMeBack);
  const submitLabel = h('span', {}, restLabel());
  const submit = h(
    'button',
    { type: 'submit', class: 'primary', 'data-testid': 'rb-submit' },
    icon(icons.phone),
    submitLabel,
  );
  const queues = h(
    'fieldset',
    { class: 'queues', 'aria-describedby': 'error-queue' },
    h('legend', {}, text.queue),
    ...cards,
    errorOf('queue'),
  );
  controls.set('queue', queues).set('phone', phone).set('name', name).set('note', note);

  const phoneField = h(
    'div',
    { class: 'field' },
    h('label', { for: 'phone' }, text.phone),
    h('div', { class: 'phone', dir: 'ltr' }, h('span', { class: 'country' }, shownCode, country), phone),
    errorOf('phone'),
    h('label', { class: 'check' }, remember, h('span', {}, text.rememberMe)),
  );
  const how = wayField(draft, text, errorOf('via'), () => {
    clearErrors();
    const inBrowser = draft.via === 'browser';
    submitLabel.textContent = restLabel();
    phoneField.hidden = inBrowser;
    when.hidden = inBrowser;
  });
  how.hidden = !browserCalls;
  controls.set('via', how);
  const entries = [
    how,
    when,
    phoneField,
    h('div', { class: 'field' }, h('label', { for: 'name' }, text.name, optional()), name, errorOf('name')),
    h('div', { class: 'field' }, h('label', { for: 'note' }, text.note, optional()), note, errorOf('note')),
    errorOf(),
    submit,
  ];
  const element = h(
    'form',
    {
      novalidate: true,
      submit: event => {
        event.preventDefault();
        clearErrors();
        if (draft.queue === '') fail(text.queueMissing, 'queue');
        else if (draft.via === 'phone' && draft.phone.trim() === '') fail(text.phoneMissing, 'phone');
        else onSubmit();
      },
    },
    h('p', { class: 'intro', dir: 'auto' }, anyOpen ? (intro ?? text.intro) : text.allClosed),
    queues,
    ...(anyOpen ? entries : []),
  );

  const focus = (field?: Field) => {
    if (field === 'phone') phone.focus();
    else if (field === 'via') how.querySelector<HTMLInputElement>('input:checked')?.focus();
    else if (field === 'name') name.focus();
    else if (field === 'note') note.focus();
    else {
      const radio =
        queues.querySelector<HTMLInputElement>('input:checked') ?? queues.querySelector('input:enabled');
      (radio ?? phone).focus();
    }
  };
  function fail(message: string, field?: Field): void {
    clearErrors();
    const error = errors.get(field)!;
    error.append(icon(icons.alert), h('span', {}, message));
    error.hidden = false;
    error.dataset.testid = 'rb-error';
    error.dataset.field = field ?? '';
    if (field) {
      controls.get(field)!.setAttribute('aria-invalid', 'true');
      focus(field);
    } else submit.focus();
  }

  return {
    element,
    when,
    focus,
    fail,
    setSending: sending => {
      submit.disabled = sending;
      submit.classList.toggle('busy', sending);
      element.setAttribute('aria-busy', String(sending));
      if (sending) submitLabel.textContent = text.sending;
    },
    setSubmitLabel: label => {
      submitLabel.textContent = label ?? restLabel();
    },
  };
}
