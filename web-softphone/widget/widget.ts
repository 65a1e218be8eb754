import { type Api, Refusal } from './api.js';
import type { Callback, Site, Ticket } from './callback.js';
import { h } from './dom.js';
import { follow } from './feed.js';
import {
  type Draft,
  type Field,
  type FormView,
  fields,
  firstChoice,
  formView,
  initialDraft,
  isChoosable,
} from './form.js';
import type * as Later from './later.js';
import type { Launcher } from './launcher.js';
import type { Language } from './launcher-texts.js';
import type { Look } from './look.js';
import type { Memory } from './memory.js';
import { momentInWords } from './moment.js';
import { createPageTalk } from './page-talk.js';
import { createPanel } from './panel.js';
import { dialable } from './phone.js';
import type { Context, Emit, Prefill } from './site-api.js';
import { stageOf } from './stage.js';
import { type StatusView, statusView } from './status.js';
import type * as Talking from './talk.js';
import type { Words } from './texts.js';
import { canTalk } from './way.js';

export interface WidgetOptions {
  /** Undefined where there is only one callback to follow, and no form. */
  siteKey: string | undefined;
  language: Language;
  /** What is said in it. */
  words: Words;
  api: Api;
  memory: Memory;
  /** How the site wants it. */
  look: Look;
  launcher: Launcher;
  /** Tells the site's own code. */
  emit: Emit;
  /** What the site's own code has said. */
  context(): Context;
  prefill(): Prefill;
  /** The greeting by which the visitor came. */
  greeting(): string | undefined;
  /** What choosing a time takes: fetched when somebody wants it. */
  later(): Promise<typeof Later>;
  /** What talking in the page takes: fetched when somebody wants that. */
  talk(): Promise<typeof Talking>;
  /** The address of the page of one callback, the part behind the # excepted. */
  callbackPage: string;
  /** Where the visitor is, told to the agent. */
  page(): { url: string; title: string };
}

/** The panel, as the button and the site's code handle it. */
export interface Widget {
  open(focus: boolean): void;
  close(): void;
  /** The site's code has something for the form. */
  prefill(): void;
  /** Whether it is neither open nor follows a callback. */
  readonly isIdle: boolean;
}

/** Waiting times older than this are asked again when the panel opens. */
const siteFreshMs = 30_000;

/** For so long after a talk the next pages of the site still ask how it was, milliseconds. */
const rateableMs = 30 * 60_000;

/** Resolves after `ms`, or as soon as the browser is online again or the page is looked at again. */
function pause(ms: number): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener('online', end);
      document.removeEventListener('visibilitychange', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener('online', end);
    document.addEventListener('visibilitychange', end);
  });
}

/** Puts the widget into `root` and takes up the callback that a reload interrupted. */
export function startWidget(root: ShadowRoot, options: WidgetOptions): Widget {
  const { api, memory, language, siteKey, look, launcher, emit } = options;
  const { texts: text, later: laterText, talk: talkText } = options.words;
  let site: { value: Site; at: number } | undefined;
  let draft: Draft | undefined;
  let form: FormView | undefined;
  /** Whether the site's choice of a counter was taken: from then on it is the visitor's. */
  let filled = false;
  let active:
    | { ticket: Ticket; callback: Callback | undefined; view: StatusView; stop: AbortController }
    | undefined;

  const panel = createPanel(look.title ?? text.title, text, launcher, close);
  root.prepend(...panel.elements);

  const wordsFor = (error: unknown) =>
    error instanceof Refusal
      ? (text.refusals?.[error.code] ?? (error.message || text.failed))
      : text.unreachable;
  const keepPlace = () => {
    if (active && active.callback?.state !== 'done') memory.save({ ...active.ticket, open: panel.isOpen });
  };

  function open(focus: boolean): void {
    if (!panel.isOpen) emit('open', undefined);
    panel.open(focus);
    keepPlace();
    if (active) {
      panel.show(active.view.element);
      if (focus) active.view.focus();
    } else void showForm();
  }

  function close(): void {
    if (panel.isOpen) emit('close', undefined);
    panel.close();
    if (active?.callback?.state === 'done') {
      // Who closes it has seen it.
      memory.clear();
      leave();
    }
    keepPlace();
  }

  /** Lets go of the callback: the next thing shown is the form. */
  function leave(): void {
    active?.stop.abort();
    active = undefined;
    launcher.say(look.button ?? text.callMeBack);
  }

  async function showForm(field?: Field): Promise<void> {
    const fresh = site && Date.now() - site.at < siteFreshMs;
    if (!fresh) {
      panel.show(h('p', { class: 'loading', role: 'status' }, text.loading));
      try {
        site = { value: await api.site(), at: Date.now() };
      } catch (error) {
        if (!active) showUnavailable(wordsFor(error));
        return;
      }
    }
    if (active || !site) return;
    const { value } = site;
    draft ??= initialDraft(
      value,
      language === 'ko' ? ['ko', ...navigator.languages] : navigator.languages,
      memory.me(),
    );
    fill(draft, value);
    if (!value.queues.some(queue => isChoosable(queue) && queue.key === draft?.queue)) {
      draft.queue = firstChoice(value)?.key ?? '';
      draft.at = undefined;
    }
    form = formView({
      site: value,
      draft,
      text,
      browserCalls: look.browserCalls && canTalk(),
      intro: look.intro,
      onSubmit: () => void submit(),
      onQueue: () => void offerTimes(),
    });
    void offerTimes();
    panel.show(form.element);
    if (panel.isOpen && root.activeElement) form.focus(field);
  }

  /** What the site's code knows already, in the fields that are still empty. */
  function fill(draft: Draft, { queues }: Site): void {
    const { queue, phone, name, note } = options.prefill();
    if (!filled && queues.some(known => isChoosable(known) && known.key === queue)) draft.queue = queue!;
    filled = true;
    draft.phone ||= phone?.slice(0, 40) ?? '';
    draft.name ||= name?.slice(0, 80) ?? '';
    draft.note ||= note?.slice(0, 500) ?? '';
  }

  /** Lets the visitor choose a time at the counter he has chosen. Without it, it is now. */
  async function offerTimes(): Promise<void> {
    const queue = site?.value.queues.find(({ key }) => key === draft?.queue);
    const where = form?.when;
    if (!draft || !queue || !where) return;
    const chosen = draft;
    chosen.at = undefined;
    where.replaceChildren();
    if (!queue.later) return;
    try {
      const { whenField } = await options.later();
      if (chosen.queue !== queue.key) return;
      const slots = () => api.slots(queue.key);
      where.replaceChildren(
        whenField({
          text: laterText,
          locale: text.locale,
          open: queue.open,
          slots,
          choose: at => (chosen.at = at),
          wordsFor,
        }),
      );
    } catch {
      if (!queue.open) form?.fail(text.unreachable);
    }
  }

  /** Lets the visitor move the callback, and keep the link to it. */
  async function offerMoving(ticket: Ticket, view: StatusView, moved: (callback: Callback) => void) {
    const { moveView } = await options.later();
    view.more.replaceChildren(
      moveView({
        text: laterText,
        locale: text.locale,
        slots: () => api.slots(ticket),
        move: async at => moved(await api.move(ticket, at)),
        link: `${options.callbackPage}#${ticket.id}.${ticket.token}`,
        wordsFor,
      }),
    );
  }

  function showUnavailable(message: string): void {
    const retry = h('button', { type: 'button', class: 'primary', click: () => void showForm() }, text.retry);
    panel.show(
      h(
        'div',
        { class: 'unavailable' },
        h('p', { class: 'error', role: 'alert', 'data-testid': 'rb-error' }, message),
        retry,
      ),
    );
    if (root.activeElement) retry.focus();
  }

  async function submit(): Promise<void> {
    if (!draft || !form || !site) return;
    const sent = form;
    if (!siteKey) return;
    const { queue, at, country, phone, name, note, via, remember } = draft;
    sent.setSending(true);
    if (via === 'browser' && !(await mayListen(sent))) return;
    try {
      const { token, ...callback } = await api.request({
        siteKey,
        queue,
        via,
        phone: via === 'phone' ? dialable(phone, country, site.value.countries[0] ?? country) : undefined,
        name: name.trim() || undefined,
        note: note.trim() || undefined,
        locale: language,
        at: via === 'phone' ? at : undefined,
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        page: options.page(),
        context: options.context(),
        greeting: options.greeting(),
      });
      if (via === 'phone') memory.rememberMe(remember ? { country, phone, name } : undefined);
      emit('requested', { id: callback.id });
      track({ id: callback.id, token }, callback, via === 'phone' ? phone : undefined);
    } catch (error) {
      sent.setSending(false);
      const refused = error instanceof Refusal;
      sent.setSubmitLabel(refused ? undefined : text.retry);
      const name = refused ? error.field?.split(/[./]/).at(-1) : undefined;
      const slot = refused ? error.slot : undefined;
      sent.fail(
        slot ? `${wordsFor(error)} ${text.nextFree(momentInWords(text.locale, slot.at))}` : wordsFor(error),
        fields.find(field => field === name),
      );
      // What is open has changed under the visitor's hands: the next look shall be a new one.
      if (refused && error.code === 'queue_full') fillUp(queue);
      else if (refused && error.code.startsWith('queue_')) site = undefined;
      if (refused && error.code.startsWith('slot_')) void offerTimes();
    }
  }

  /** No more are taken at the counter for now: what is left are its times. */
  function fillUp(key: string): void {
    const counter = site?.value.queues.find(queue => queue.key === key);
    if (!counter) return;
    Object.assign(counter, { open: false, full: true });
    void offerTimes();
  }

  /** Asks for the microphone before anything is sent; what is wrong with it is said at the choice, which leads to the phone. */
  async function mayListen(sent: FormView): Promise<boolean> {
    try {
      await (await options.talk()).askMicrophone(talkText);
      return true;
    } catch (error) {
      sent.setSending(false);
      sent.setSubmitLabel();
      sent.fail(
        (error as Error).name === 'MicrophoneError' ? (error as Error).message : text.unreachable,
        'via',
      );
      return false;
    }
  }

  function track(ticket: Ticket, callback: Callback | undefined, phone: string | undefined): void {
    const stop = new AbortController();
    // Who asked for the same callback from elsewhere may only look.
    const isFull = ticket.token.startsWith('full.');
    const view = statusView(text, phone, {
      cancel: async () => {
        try {
          deliver(await api.cancel(ticket));
        } catch (error) {
          throw new Error(wordsFor(error));
        }
      },
      rate: isFull
        ? async (stars, comment) => {
            try {
              await api.rate(ticket, stars, comment);
              memory.clear();
            } catch (error) {
              throw new Error(wordsFor(error));
            }
          }
        : undefined,
      again: siteKey
        ? () => {
            const { outcome, via } = active?.callback ?? {};
            const corrects = outcome === 'invalid_number';
            // What the browser has lost the phone takes up.
            if (draft) draft.via = via === 'browser' && outcome === 'failed' ? 'phone' : draft.via;
            leave();
            void showForm(corrects ? 'phone' : undefined);
          }
        : undefined,
    });
    const talkIn = createPageTalk({
      ...{ ticket, text: talkText, api },
      module: options.talk,
      show: talk => view.talk.replaceChildren(talk),
      onHeldUp: () => panel.isOpen || open(false),
    });
    let mayMove = isFull;
    const deliver = (news: Callback) => {
      if (stop.signal.aborted || !active) return;
      const { id, state, outcome } = news;
      if (state !== active.callback?.state) emit('state', { id, state, outcome });
      active.callback = news;
      view.update(news);
      talkIn(news).catch(() => view.setReachable(false));
      const stage = stageOf(news, text);
      if (stage.movable && mayMove) {
        mayMove = false;
        offerMoving(ticket, view, deliver).catch(() => {
          mayMove = true;
        });
      }
      launcher.say(stage.place ?? stage.heading, stage.tone);
      if (news.state !== 'done') return;
      if (outcome === 'completed' && isFull) {
        const rateUntil = interrupted?.rateUntil ?? Date.now() + rateableMs;
        memory.save({ ...ticket, open: panel.isOpen, rateUntil });
      } else memory.clear();
      stop.abort();
    };
    active = { ticket, callback: undefined, view, stop };
    if (callback) deliver(callback);
    keepPlace();
    const focused = panel.isOpen && root.activeElement !== null;
    panel.show(view.element);
    if (focused) view.focus();
    follow(
      {
        read: () => api.read(ticket),
        stream: (signal, onCallback) => api.stream(ticket, signal, onCallback),
      },
      {
        signal: stop.signal,
        onCallback: deliver,
        onReachable: view.setReachable,
        isFinal: error => error instanceof Refusal && error.final,
        wait: pause,
      },
    ).catch(() => {
      memory.clear();
      leave();
      if (panel.isOpen) showUnavailable(text.gone);
    });
  }

  const interrupted = memory.load();
  if (interrupted) {
    track({ id: interrupted.id, token: interrupted.token }, undefined, undefined);
    if (interrupted.open) open(false);
  }
  return {
    open,
    close,
    prefill: () => {
      filled = false;
      if (!active && panel.isOpen) void showForm();
    },
    get isIdle() {
      return !panel.isOpen && !active;
    },
  };
}
