import { type Api, Refusal } from './api.js';
import type { Call, Callback, Ticket } from './callback.js';
import type * as Talking from './talk.js';
import type { TalkTexts } from './texts.js';

export interface PageTalkOptions {
  ticket: Ticket;
  text: TalkTexts;
  api: Api;
  /** What talking in the page takes: fetched when somebody wants that. */
  module(): Promise<typeof Talking>;
  /** Shows the talk that is here now. */
  show(talk: HTMLElement): void;
  /** It was here, and waits for the visitor's hand. */
  onHeldUp(): void;
}

/**
 * This page's part in the visitor's talk. Returns what takes each news of his callback: it answers the call that is for
 * this page, asks for the one that the page before was in, and ends the talk of one that is over.
 */
export function createPageTalk(options: PageTalkOptions): (news: Callback) => Promise<void> {
  const { ticket, text, api, module, show, onHeldUp } = options;
  let here: { id: string; talk?: Talking.Talk } | undefined;
  /** Whether the page has asked for its call when it was loaded. */
  let loaded = false;
  /** The call in which he was heard last; undefined before anything is known. */
  let heard: string | undefined;

  async function take(call: Call): Promise<void> {
    const mine: typeof here = { id: call.id };
    here = mine;
    const { startTalk } = await module();
    if (here !== mine) return;
    mine.talk = startTalk({
      call,
      text,
      callbackId: ticket.id,
      answer: sdp => api.answer(ticket, call.id, sdp),
      leave: () => api.leave(ticket, call.id),
      isOver: error => error instanceof Refusal && error.code === 'call_over',
      onHeldUp,
    });
    show(mine.talk.element);
  }

  return async ({ call, away }) => {
    // His network is another one now, or the tab with the talk has crashed.
    const missed = call?.answered && away && (heard === undefined || heard === call.id);
    heard = call?.answered && !away ? call.id : '';
    if (missed) await api.comeBack(ticket);
    if (here && here.id === call?.id) {
      if (call.answered) here.talk?.taken();
      return;
    }
    if (call?.again && here?.talk?.hungUp) return;
    here?.talk?.end();
    if (call?.answered) {
      // By the page before this one, which may not have said goodbye; or by another tab.
      if (loaded || !(await module()).talksHere(ticket.id)) return;
      loaded = true;
      await api.comeBack(ticket);
    } else if (call) await take(call);
    else here = undefined;
  };
}
