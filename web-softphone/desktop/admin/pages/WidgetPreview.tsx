import { SegmentedControl } from '@mantine/core';
import { type RefObject, useEffect, useId, useRef, useState } from 'react';
import { accentStyle, readable } from '../../../widget/colours.js';
import { h } from '../../../widget/dom.js';
import formStyle from '../../../widget/form.widget.css';
import { createLauncher } from '../../../widget/launcher.js';
import launcherStyle from '../../../widget/launcher.widget.css';
import { createPanel } from '../../../widget/panel.js';
import shellStyle from '../../../widget/shell.widget.css';
import { texts as en } from '../../../widget/words/en.js';
import { texts as ko } from '../../../widget/words/ko.js';
import { type Language, languages } from '../../i18n/language.js';
import { useLanguage } from '../../ui/hooks.js';
import { useAdminText } from '../context.js';
import { Panel } from '../parts/small.js';
import classes from './widget.module.css';
import { colour, type WidgetValues, type WordField } from './widget-values.js';

const texts = { en, ko };

/** What the widget says where a site has no words of its own. */
export function ownWords(field: WordField, language: Language): string {
  const { callMeBack, title, intro } = texts[language];
  return { button: callMeBack, title, intro }[field];
}

type Scheme = 'light' | 'dark';
type What = 'button' | 'panel';

/** The style sheet as it is in a browser of this scheme, whatever the one of the administrator is. */
function sheetFor(css: string, scheme: Scheme): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  for (const rule of sheet.cssRules)
    if (rule instanceof CSSMediaRule && rule.conditionText.includes('prefers-color-scheme'))
      rule.media.mediaText = scheme === 'dark' ? 'all' : 'not all';
  return sheet;
}

interface Shown {
  values: WidgetValues;
  language: Language;
  what: What;
  scheme: Scheme;
}

/** The widget's own button and panel, dead to hand and keyboard. */
function useWidget(place: RefObject<HTMLElement | null>, { values, language, what, scheme }: Shown): void {
  useEffect(() => {
    const host = document.createElement('div');
    host.lang = language;
    host.classList.toggle('left', values.position === 'start');
    const root = host.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [launcherStyle, shellStyle, formStyle].map(css => sheetFor(css, scheme));
    if (colour.test(values.accent))
      root.adoptedStyleSheets.push(sheetFor(accentStyle(values.accent), scheme));
    const text = texts[language];
    const nothing = () => undefined;
    const words = (field: WordField) => values[field][language].trim() || ownWords(field, language);
    const launcher = createLauncher(words('button'), nothing, nothing);
    const panel = createPanel(words('title'), text, launcher, nothing);
    root.append(...launcher.elements, ...panel.elements);
    const greeting = values.greetings.find(one => one.text[language].trim());
    if (greeting) launcher.greet(greeting.text[language].trim(), text.close, nothing);
    if (what === 'panel') {
      panel.show(h('p', { class: 'intro' }, words('intro')));
      panel.open(false);
    }
    place.current?.append(host);
    return () => host.remove();
  }, [place, values, language, what, scheme]);
}

function Stage({ label, ...shown }: Shown & { label: string }) {
  const place = useRef<HTMLDivElement>(null);
  useWidget(place, shown);
  return (
    <figure className={classes.stage}>
      <div
        ref={place}
        inert
        className={classes.page}
        data-scheme={shown.scheme}
        data-testid={`preview-${shown.scheme}`}
      />
      <figcaption>{label}</figcaption>
    </figure>
  );
}

/** What visitors see with what stands in the form. */
export function WidgetPreview({ values }: { values: WidgetValues }) {
  const t = useAdminText();
  const own = useLanguage();
  const [language, setLanguage] = useState<Language>(own);
  const [what, setWhat] = useState<What>('button');
  const names = { language: useId(), what: useId() };
  const { accent } = values;
  return (
    <Panel title={t.widget.preview} testId="preview">
      <p>{t.widget.previewText}</p>
      <div className={classes.choices}>
        <SegmentedControl
          aria-label={t.widget.previewWhat}
          name={names.what}
          size="sm"
          value={what}
          onChange={next => setWhat(next as What)}
          data={[
            { value: 'button', label: t.widget.previewButton },
            { value: 'panel', label: t.widget.previewPanel },
          ]}
          data-testid="preview-what"
        />
        <SegmentedControl
          aria-label={t.widget.previewLanguage}
          name={names.language}
          size="sm"
          value={language}
          onChange={next => setLanguage(next as Language)}
          data={languages.map(value => ({ value, label: t.languages[value] }))}
          data-testid="preview-language"
        />
      </div>
      <div className={classes.stages}>
        <Stage label={t.widget.onLight} scheme="light" {...{ values, language, what }} />
        <Stage label={t.widget.onDark} scheme="dark" {...{ values, language, what }} />
      </div>
      {colour.test(accent) && <div className={classes.shades}>{shadesText(accent.toLowerCase(), t)}</div>}
    </Panel>
  );
}

function shadesText(accent: string, t: ReturnType<typeof useAdminText>): string {
  const [light, dark] = [readable(accent, 'light'), readable(accent, 'dark')];
  return light === accent && dark === accent ? t.widget.shadesKept : t.widget.shades(light, dark);
}
