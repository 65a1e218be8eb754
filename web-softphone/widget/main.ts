/**
 * The visitor's side on a site:
 *
 *     <script async src="https://HOST/widget.js" data-site="SITE" data-lang="ko"></script>
 *
 * `data-lang` is optional: without it the page's `<html lang>` counts, then the browser's languages. Needs of the
 * page's Content-Security-Policy no more than HOST in `script-src` and `connect-src`.
 *
 * With an empty `data-site` it is the page of one callback, which the part behind the page's `#` names.
 *
 * With a request go the page's title and its address without the part behind `#`, which stays in the browser, as a
 * browser itself would send it in a Referer. Nothing is sent before the visitor opens the panel.
 */
import { createApi } from './api.js';
import formStyle from './form.widget.css';
import type * as Later from './later.js';
import { createMemory, type Remembered } from './memory.js';
import shellStyle from './shell.widget.css';
import statusStyle from './status.widget.css';
import { chooseLanguage } from './texts.js';
import { startWidget } from './widget.js';

/** The callback that a link names: behind the `#`, which browsers do not send. */
function ticketInLink(): Remembered | null {
  const [, id, token] = /^#([\da-f-]{36})\.((?:full|view)\.[\w-]+)$/.exec(location.hash) ?? [];
  return id && token ? { id, token, open: true } : null;
}

/** @param siteKey undefined on the page of one callback */
function mount(script: HTMLScriptElement, siteKey: string | undefined): void {
  const tag = 'ringbridge-widget';
  if (document.querySelector(tag)) return;
  const base = new URL('.', script.src).href.replace(/\/$/, '');
  const language = chooseLanguage([
    script.dataset.lang,
    siteKey && document.documentElement.lang,
    ...navigator.languages,
  ]);
  if (!siteKey) document.documentElement.lang = language;
  const host = document.createElement(tag);
  host.lang = language;
  host.className = siteKey ? '' : 'page';
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(shellStyle + formStyle + statusStyle);
  root.adoptedStyleSheets = [sheet];
  document.body.append(host);
  startWidget(root, {
    siteKey,
    language,
    api: createApi(base, siteKey ?? '', language),
    memory: siteKey
      ? createMemory(base, siteKey)
      : { load: ticketInLink, save: () => undefined, clear: () => undefined },
    later: () => import(`${base}/widget-later.js`) as Promise<typeof Later>,
    callbackPage: `${base}/callback/`,
    page: () => ({ url: location.href.split('#')[0]!.slice(0, 2000), title: document.title.slice(0, 200) }),
  });
}

const script =
  (document.currentScript as HTMLScriptElement | null) ??
  document.querySelector<HTMLScriptElement>('script[data-site][src*="widget.js"]');
const siteKey = script?.dataset.site;
if (!script || siteKey === undefined)
  console.error('Ringbridge: the script tag needs data-site="…", the key of your site.');
else if (document.body) mount(script, siteKey || undefined);
else addEventListener('DOMContentLoaded', () => mount(script, siteKey || undefined), { once: true });
