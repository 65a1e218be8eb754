/** The panel: a script of its own, fetched when somebody is about to open it, or when a callback is under way. */
import { createApi } from './api.js';
import formStyle from './form.widget.css';
import type * as Later from './later.js';
import shellStyle from './shell.widget.css';
import statusStyle from './status.widget.css';
import type * as Talking from './talk.js';
import { startWidget, type Widget, type WidgetOptions } from './widget.js';

export type PanelOptions = Omit<WidgetOptions, 'api' | 'later' | 'talk' | 'callbackPage' | 'page'> & {
  /** The address of the server. */
  base: string;
};

export function startPanel(root: ShadowRoot, { base, ...options }: PanelOptions): Widget {
  const { siteKey, language } = options;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(shellStyle + formStyle + statusStyle);
  // In front of the site's own colour.
  root.adoptedStyleSheets.splice(1, 0, sheet);
  return startWidget(root, {
    ...options,
    api: createApi(base, siteKey ?? '', language),
    later: () => import(`${base}/widget-later.js`) as Promise<typeof Later>,
    talk: () => import(`${base}/widget-talk.js`) as Promise<typeof Talking>,
    callbackPage: `${base}/callback/`,
    page: () => ({ url: location.href.split('#')[0]!.slice(0, 2000), title: document.title.slice(0, 200) }),
  });
}
