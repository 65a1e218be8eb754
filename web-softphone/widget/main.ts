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
 * This script is the button alone; the panel is another, fetched when a hand comes near the button. Before the visitor
 * opens the panel only the site's look is asked for, and nothing of the visitor is told. With a request go the page's
 * title and its address without the part behind `#`, as a browser itself would send it in a Referer.
 */
import { accentStyle } from './colours.js';
import { startGreeter } from './greeter.js';
import { createLauncher } from './launcher.js';
import style from './launcher.widget.css';
import { chooseLanguage, directionOf, launcherTexts } from './launcher-texts.js';
import { fetchLook, plainLook } from './look.js';
import { createMemory, noMemory, type Remembered } from './memory.js';
import type * as Panel from './panel-module.js';
import { installSiteApi } from './site-api.js';
import type { Words } from './texts.js';
import type { Widget } from './widget.js';

/** The callback that a link names: behind the `#`, which browsers do not send. */
function ticketInLink(): Remembered | null {
  const [, id, token] = /^#([\da-f-]{36})\.((?:full|view)\.[\w-]+)$/.exec(location.hash) ?? [];
  return id && token ? { id, token, open: true } : null;
}

function sheetOf(css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
}

/** @param siteKey undefined on the page of one callback */
async function mount(script: HTMLScriptElement, siteKey: string | undefined): Promise<void> {
  const tag = 'ringbridge-widget';
  if (document.querySelector(tag)) return;
  const base = new URL('.', script.src).href.replace(/\/$/, '');
  const page = document.documentElement;
  const language = chooseLanguage([script.dataset.lang, siteKey && page.lang, ...navigator.languages]);
  if (!siteKey) Object.assign(page, { lang: language, dir: directionOf(language) });
  const text = launcherTexts[language];
  const memory = siteKey ? createMemory(base, siteKey) : noMemory(ticketInLink);
  const site = `${base}/api/v1/sites/${encodeURIComponent(siteKey ?? '')}`;

  const host = document.createElement(tag);
  host.lang = language;
  // Its words run as their language does, whatever the page's do.
  host.dir = directionOf(language);
  host.className = siteKey ? '' : 'page';
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [sheetOf(style)];

  let widget: Widget | undefined;
  let loading: Promise<Widget> | undefined;
  let greeting: string | undefined;
  let look = plainLook;

  const load = () => {
    loading ??= Promise.all([
      import(`${base}/widget-panel.js`) as Promise<typeof Panel>,
      import(`${base}/widget-${language}.js`) as Promise<Words>,
    ]).then(([{ startPanel }, words]) => {
      widget = startPanel(root, {
        base,
        siteKey,
        language,
        words,
        memory,
        look,
        launcher,
        emit: own.emit,
        context: own.context,
        prefill: own.prefill,
        greeting: () => greeting,
      });
      return widget;
    });
    return loading;
  };
  const hint = () => void load().catch(() => (loading = undefined));
  /** @param byHand whether a person opened it, who then wants to be in it */
  async function open(byHand: boolean): Promise<void> {
    try {
      (await load()).open(byHand);
    } catch {
      loading = undefined;
      launcher.say(text.notLoaded, 'bad');
    }
  }

  const own = installSiteApi({
    open: () => void open(true),
    close: () => widget?.close(),
    prefilled: () => widget?.prefill(),
  });
  const launcher = createLauncher(text.callMeBack, () => void open(true), hint);
  const interrupted = memory.load();
  if (siteKey) look = await fetchLook(site, language);
  if (look.accent) root.adoptedStyleSheets.push(sheetOf(accentStyle(look.accent)));
  const fromRight = getComputedStyle(page).direction === 'rtl';
  host.classList.toggle('left', (look.position === 'end') === fromRight);
  // Until it is known how it stands, the button does not ask for what was asked for already.
  launcher.say(interrupted ? text.following : (look.button ?? text.callMeBack));
  root.append(...launcher.elements);
  launcher.show(look.shown || interrupted !== null);
  document.body.append(host);
  own.emit('ready', undefined);
  // A callback under way is taken up again where it was.
  if (interrupted) hint();
  else
    startGreeter({
      greetings: look.shown ? look.greetings : [],
      site,
      memory,
      cartValue: () => Number(own.context().cartValue) || undefined,
      isQuiet: () => widget?.isIdle ?? true,
      show: ({ key, text: line }, answer) => {
        own.emit('greeting', { key, taken: undefined });
        launcher.greet(line, text.dismiss, taken => {
          own.emit('greeting', { key, taken });
          answer(taken);
        });
      },
      onTaken: ({ key }) => {
        greeting = key;
        void open(true);
      },
    });
}

const script =
  (document.currentScript as HTMLScriptElement | null) ??
  document.querySelector<HTMLScriptElement>('script[data-site][src*="widget.js"]');
const siteKey = script?.dataset.site;
const start = () => void mount(script!, siteKey || undefined);
if (!script || siteKey === undefined)
  console.error('Ringbridge: the script tag needs data-site="…", the key of your site.');
else if (document.body) start();
else addEventListener('DOMContentLoaded', start, { once: true });
