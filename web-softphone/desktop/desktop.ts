import { OfferAlert } from './alert/offer-alert.js';
import type { Tones } from './alert/tones.js';
import { ApiClient } from './api/client.js';
import type { AgentIntent, Desk, Floor, Interaction, Wallboard } from './api/types.js';
import { Action } from './desk/action.js';
import { AutoAnswer } from './desk/auto-answer.js';
import { isKeptFromHearing, isOwnCall } from './desk/call-steps.js';
import { DeskView } from './desk/desk.js';
import { Dialer } from './desk/dialer.js';
import { DraftKeeper, handInDelay, isWritten } from './desk/draft.js';
import { type Notice, noticeOf } from './desk/notice.js';
import { ServerClock } from './desk/server-clock.js';
import { Session } from './desk/session.js';
import { TalkActions } from './desk/talk-actions.js';
import { VoicemailBox } from './desk/voicemail-box.js';
import { WaitingView } from './desk/waiting-view.js';
import { WatchedView } from './desk/watched-view.js';
import { PhoneFormats } from './format/phone.js';
import { dictionaries, LanguageChoice } from './i18n/language.js';
import { LiveSocket, type Socket } from './live/live-socket.js';
import { Preferences } from './preferences.js';
import { Route } from './route.js';
import { createJsSipAgent } from './softphone/jssip-agent.js';
import { LineReporter } from './softphone/line-reporter.js';
import { closeStream, type Microphone } from './softphone/microphone.js';
import { holdPhone } from './softphone/phone-lock.js';
import { Softphone } from './softphone/softphone.js';
import { Sound } from './softphone/sound.js';
import type { Speaker } from './softphone/speaker.js';

/** Thrown by signing out in the middle of a conversation. */
export class EngagedError extends Error {
  override readonly name = 'EngagedError';
}

function liveUrl(location: Location, language: string): string {
  const url = new URL('/api/v1/live', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  url.searchParams.set('locale', language);
  return url.href;
}

/** Both sides learn of a registration at different moments: only a difference that lasts is one, milliseconds. */
const unseenMs = 2_000;

/** What tells of another network where the browser has it (W3C Network Information). */
function networkOf(navigator: Navigator): EventTarget | undefined {
  return (navigator as Navigator & { connection?: EventTarget }).connection;
}

/** All parts of the desktop and how they hang together; the components see nothing else. */
export class Desktop {
  readonly language: LanguageChoice;
  readonly preferences: Preferences;
  readonly route: Route;
  readonly clock = new ServerClock();
  readonly session: Session;
  readonly view: DeskView;
  readonly live: LiveSocket;
  readonly sound: Sound;
  readonly microphone: Microphone;
  readonly speaker: Speaker;
  readonly softphone: Softphone;
  readonly draft: DraftKeeper;
  readonly tones: Tones;
  readonly phones = new PhoneFormats();
  readonly api: ApiClient;
  readonly talks: TalkActions;
  readonly floor: WatchedView<Floor>;
  readonly wallboard: WatchedView<Wallboard>;
  readonly waiting: WaitingView;
  readonly voicemails: VoicemailBox;
  readonly dialer: Dialer;
  readonly #alert: OfferAlert;
  readonly #autoAnswer: AutoAnswer;
  readonly #noticeListeners = new Set<(notice: Notice) => void>();
  /** What the agent is ending himself, so that its going is no news. */
  readonly #mine = new Set<string>();
  #pickingUp: string | undefined;
  #handIn: ReturnType<typeof setTimeout> | undefined;
  #unseen: ReturnType<typeof setTimeout> | undefined;

  /** Subject: the intent. */
  readonly setState = new Action(async (intent: AgentIntent, reason?: string) => {
    this.tones.unlock();
    if (intent === 'ready') {
      await this.microphone.ensure();
      this.#alert.askPermission();
    }
    const me = await this.api.setState(intent, reason);
    this.#learn({ me });
  });

  readonly accept = new Action(async (id: string) => {
    this.tones.unlock();
    await this.softphone.prepare();
    try {
      this.#learn({ current: await this.api.accept(id) });
    } catch (failure) {
      this.softphone.forget();
      throw failure;
    }
    this.softphone.answer(id);
  });

  readonly decline = new Action(async (id: string) => {
    await this.#asMine(id, () => this.api.decline(id));
    this.#learn({ current: null });
  });

  /** The server ends both lines; if it cannot be reached, this browser's line is ended, which it notices. */
  readonly hangUp = new Action(async (id: string) => {
    try {
      this.#learn({ current: await this.#asMine(id, () => this.api.hangUp(id)) });
    } catch (failure) {
      this.softphone.hangUp();
      throw failure;
    }
  });

  /** The server holds, so that the customer hears music whatever becomes of this page. */
  readonly hold = new Action(async (id: string, on: boolean) => {
    this.#learn({ current: await this.api.hold(id, on) });
  });

  readonly wrapUp = new Action(async (id: string) => {
    const { note, disposition } = this.draft.of(id);
    const result = { note: note.trim() || undefined, disposition: disposition ?? undefined };
    await this.#asMine(id, () => this.api.wrapUp(id, result));
    this.draft.clear();
    this.#learn({ current: null });
  });

  readonly extendWrapUp = new Action(async (id: string) => {
    this.#learn({ current: await this.api.extendWrapUp(id) });
  });

  /** A call in which the agent hears himself. Subject: the user's id. */
  readonly echo = new Action(async (_userId: string) => {
    this.tones.unlock();
    await this.microphone.ensure();
    await this.api.echoTest();
  });

  /** By the server; if that cannot be reached, the line here is ended. Subject: the user's id. */
  readonly endEcho = new Action(async (_userId: string) => {
    await this.api.endEchoTest().catch(() => this.softphone.hangUp());
  });

  /** Subject: the user's id. */
  readonly signOut = new Action(async (_userId: string) => {
    const current = this.view.desk.get()?.current;
    if (current && current.state !== 'wrap_up') throw new EngagedError();
    await this.softphone.stop();
    try {
      await this.session.signOut();
    } catch (failure) {
      this.softphone.start();
      throw failure;
    }
  });

  constructor(private readonly window: Window & typeof globalThis) {
    const { navigator, localStorage, sessionStorage, document } = window;
    this.language = new LanguageChoice(localStorage, navigator.languages);
    this.preferences = new Preferences(localStorage);
    this.route = new Route(window);
    this.draft = new DraftKeeper(sessionStorage);
    this.api = new ApiClient({
      fetch: window.fetch.bind(window),
      language: this.language.state.get,
      onSignedOut: () => this.session.end(),
      onServerTime: (time, sentAt, receivedAt) => this.clock.observe(time, sentAt, receivedAt),
    });
    this.session = new Session(this.api);
    this.view = new DeskView(this.api);
    this.floor = new WatchedView(() => this.api.floor());
    this.wallboard = new WatchedView(() => this.api.wallboard());
    this.waiting = new WaitingView((filter, offset, limit) => this.api.promises(filter, offset, limit));
    this.voicemails = new VoicemailBox(this.api);
    this.dialer = new Dialer(async to => {
      this.tones.unlock();
      await this.microphone.ensure();
      this.#learn({ current: await this.api.call(to) });
    });
    this.talks = new TalkActions(this.api, async () => {
      this.tones.unlock();
      await this.microphone.ensure();
    });
    this.live = new LiveSocket({
      // A browser's WebSocket has more of everything, and events that say more.
      open: () => new window.WebSocket(liveUrl(window.location, this.language.state.get())) as Socket,
      onDesk: desk => this.#deskChanged(desk),
      onFloor: () => this.#floorChanged(),
      onVoicemails: () => void this.voicemails.refresh(),
      visible: () => document.visibilityState === 'visible',
      onSignedOut: () => this.session.end(),
    });
    this.sound = new Sound(window, this.preferences.sound);
    ({ microphone: this.microphone, speaker: this.speaker, tones: this.tones } = this.sound);
    this.softphone = new Softphone({
      hold: (signal, onTaken) => holdPhone(navigator.locks, signal, onTaken),
      access: () => this.api.softphone(),
      createAgent: createJsSipAgent,
      microphone: { open: () => this.microphone.open(), close: closeStream },
      speaker: this.speaker,
      givesWay: id => id === this.view.desk.get()?.echo?.id,
    });
    this.#alert = new OfferAlert({ window, tones: this.tones, ring: this.preferences.ring.get });
    this.#autoAnswer = new AutoAnswer({
      may: id => this.softphone.line.get() === 'registered' && this.decline.state.get().subject !== id,
      tone: () => this.tones.taken(),
      accept: id => this.accept.run(id),
      failed: () => this.#alert.ring(),
    });
  }

  /** Begins; everything after is driven by the user, the server and the network. */
  start(): void {
    const { window } = this;
    this.session.state.subscribe(() => this.#sessionChanged());
    this.language.state.subscribe(() => this.#languageChanged());
    this.#languageChanged();
    const networkChanged = () => {
      this.live.reopen();
      this.softphone.reconnect();
    };
    window.addEventListener('online', networkChanged);
    networkOf(window.navigator)?.addEventListener('change', networkChanged);
    window.addEventListener('offline', () => this.live.reopen());
    window.document.addEventListener('visibilitychange', () => this.live.sayVisible());
    for (const gesture of ['pointerdown', 'keydown'] as const) {
      window.addEventListener(gesture, () => this.tones.unlock(), { once: true, capture: true });
    }
    this.softphone.call.subscribe(() => this.#pickUp());
    new LineReporter(this.softphone, (id, line) => this.live.sayLine(id, line)).start();
    // What has changed while nobody could say so is read, too.
    this.live.state.subscribe(() => {
      if (this.live.state.get().phase === 'open') this.#floorChanged();
    });
    this.sound.start();
    // What went wrong is the microphone's state, and the old one is spoken into until then.
    this.sound.through.subscribe(() => void this.softphone.changeMicrophone().catch(() => undefined));
    void this.session.resume();
  }

  /** What happened without the agent's doing. Returns what ends the subscription. */
  onNotice(listener: (notice: Notice) => void): () => void {
    this.#noticeListeners.add(listener);
    return () => this.#noticeListeners.delete(listener);
  }

  #sessionChanged(): void {
    const state = this.session.state.get();
    if (state.phase === 'signed_in') {
      this.language.suggest(state.me.locale);
      this.live.start();
      void this.voicemails.refresh();
      this.softphone.start();
      // Without it numbers are shown in their international form: legible, and no reason to alarm anybody.
      void this.phones.load().catch(() => undefined);
      return;
    }
    this.live.stop();
    void this.softphone.stop();
    this.#alert.hide();
    clearTimeout(this.#handIn);
    clearTimeout(this.#unseen);
    this.view.clear();
    this.dialer.close();
    for (const view of [this.floor, this.wallboard, this.waiting, this.voicemails]) view.clear();
    if (state.phase === 'signed_out' && !state.ended) this.draft.clear();
  }

  /** For supervisors: agents, talks or those who wait are no longer as they were. */
  #floorChanged(): void {
    for (const view of [this.floor, this.wallboard, this.waiting]) void view.refresh();
  }

  #languageChanged(): void {
    const language = this.language.state.get();
    const { document } = this.window;
    document.documentElement.lang = language;
    this.#alert.setTitle(dictionaries[language].documentTitle);
    this.view.clearOlder();
    this.live.reopen();
  }

  /**
   * What an answer of the API says. While the live socket is open its snapshots are newer than any answer, and an
   * answer that was overtaken must not put back what has moved on.
   */
  #learn(change: Partial<Pick<Desk, 'me' | 'current'>>): void {
    const desk = this.view.desk.get();
    if (desk && this.live.state.get().phase !== 'open') this.#deskChanged({ ...desk, ...change });
  }

  #deskChanged(desk: Desk): void {
    const before = this.view.desk.get();
    const notice = noticeOf(before, desk, this.#mine);
    this.view.replace(desk);
    if (notice) for (const listener of this.#noticeListeners) listener(notice);
    this.#alertOffer(desk.current);
    this.#planHandIn(desk.current);
    this.softphone.silence(isKeptFromHearing(desk.current));
    this.#mendLine();
    this.#pickUp();
    const line = desk.current?.state;
    const monitors = desk.monitoring !== null && desk.monitoring.state !== 'left';
    // Whatever call was awaited, it is not coming any more.
    if (!monitors && !this.#echoes() && (line === undefined || line === 'wrap_up' || line === 'done'))
      this.softphone.forget();
    const was = before?.current;
    if (was && (was.id !== desk.current?.id || was.state !== desk.current.state)) this.#mine.delete(was.id);
  }

  /**
   * Where the customer is called first, the agent was reserved for him and not asked: when he has answered, the line
   * rings here, and is taken by itself. So is the line of a call that the agent began, that into a talk which a supervisor
   * has asked for, that of a test, and that back into a talk whose line was lost.
   */
  #pickUp(): void {
    const { current, monitoring } = this.view.desk.get() ?? {};
    const { phase, interactionId } = this.softphone.call.get();
    const awaited = [
      current &&
        (current.state === 'dialing' ||
          current.state === 'bridged' ||
          (current.state === 'accepted' && isOwnCall(current))) &&
        current.id,
      monitoring?.state !== 'left' && monitoring?.id,
      this.#echoes(),
    ];
    if (phase !== 'ringing' || interactionId === null || !awaited.includes(interactionId)) return;
    if (this.#pickingUp === interactionId) return;
    this.#pickingUp = interactionId;
    this.softphone
      .prepare()
      .then(() => this.softphone.answer(interactionId))
      // Without a microphone nobody answers: the next agent is asked, and this one sees why.
      .catch(() => this.softphone.hangUp())
      .finally(() => {
        this.#pickingUp = undefined;
      });
  }

  /** The call with an echo that is under way. */
  #echoes(): string | undefined {
    const echo = this.view.desk.get()?.echo;
    return echo?.state === 'done' ? undefined : echo?.id;
  }

  /** The server takes the softphone for gone, and here it is registered: it registers anew, if that lasts. */
  #mendLine(): void {
    const unseen = () =>
      this.softphone.line.get() === 'registered' && this.view.desk.get()?.me?.softphone === 'unregistered';
    clearTimeout(this.#unseen);
    if (!unseen()) return;
    this.#unseen = setTimeout(() => {
      if (unseen()) this.softphone.reconnect();
    }, unseenMs);
  }

  #alertOffer(current: Interaction | null): void {
    const silently = this.#autoAnswer.follow(current);
    if (current?.state !== 'offered') {
      this.#alert.hide();
      return;
    }
    const t = dictionaries[this.language.state.get()];
    const name = current.customer.name ?? t.customer.anonymous;
    const title = current.with === 'colleague' ? t.dial.callsYou(name) : t.offer.notificationTitle(name);
    const body = [current.queue.name, current.note].filter(Boolean).join('\n');
    this.#alert.show(current.id, { title, body }, { silently });
  }

  /** What is written is handed in even if the agent lets the time run out. */
  #planHandIn(current: Interaction | null): void {
    clearTimeout(this.#handIn);
    const delay = handInDelay(current, this.clock.now());
    if (delay === null || !current) return;
    this.#handIn = setTimeout(() => {
      if (isWritten(this.draft.of(current.id))) void this.wrapUp.run(current.id);
    }, delay);
  }

  async #asMine<T>(id: string, act: () => Promise<T>): Promise<T> {
    this.#mine.add(id);
    try {
      return await act();
    } catch (failure) {
      this.#mine.delete(id);
      throw failure;
    }
  }
}
