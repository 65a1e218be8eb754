/**
 * The visitor's side on a site:
 *
 *     <script async src="https://HOST/widget.js" data-site="SITE" data-lang="ko"></script>
 *
 * `data-lang` is optional: without it the page's `<html lang>` counts, then the browser's languages. Needs of the
 * page's Content-Security-Policy no more than HOST in `script-src` and `connect-src`.
 *
 * With a request go the page's title and its address without the part behind `#`, which stays in the browser, as a
 * browser itself would send it in a Referer. Nothing is sent before the visitor opens the panel.
 */
import { createApi } from './api.js';
import formStyle from './form.widget.css';
import { createMemory } from './memory.js';
import shellStyle from './shell.widget.css';
import statusStyle from './status.widget.css';
import { chooseLanguage } from './texts.js';
import { startWidget } from './widget.js';

function mount(script: HTMLScriptElement, siteKey: string): void {
  const tag = 'ringbridge-widget';
  if (document.querySelector(tag)) return;
  const base = new URL('.', script.src).href.replace(/\/$/, '');
  const language = chooseLanguage([
    script.dataset.lang,
    document.documentElement.lang,
    ...navigator.languages,
  ]);
  const host = document.createElement(tag);
  host.lang = language;
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(shellStyle + formStyle + statusStyle);
  root.adoptedStyleSheets = [sheet];
  document.body.append(host);
  startWidget(root, {
    siteKey,
    language,
    api: createApi(base, siteKey, language),
    memory: createMemory(base, siteKey),
    page: () => ({ url: location.href.split('#')[0]!.slice(0, 2000), title: document.title.slice(0, 200) }),
  });
}

const script =
  (document.currentScript as HTMLScriptElement | null) ??
  document.querySelector<HTMLScriptElement>('script[data-site][src*="widget.js"]');
const siteKey = script?.dataset.site;
if (!script || !siteKey)
  console.error('Ringbridge: the script tag needs data-site="…", the key of your site.');
else if (document.body) mount(script, siteKey);
else addEventListener('DOMContentLoaded', () => mount(script, siteKey), { once: true });
