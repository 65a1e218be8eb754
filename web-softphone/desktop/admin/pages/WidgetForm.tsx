import { Radio, Stack, Switch, TextInput } from '@mantine/core';
import { languages } from '../../i18n/language.js';
import { Link } from '../../ui/Link.js';
import type { Site } from '../api.js';
import { useAdmin, useAdminText } from '../context.js';
import { FormPage, Section, Wide } from '../parts/FormPage.js';
import { type RecordForm, useRecord } from '../parts/use-record.js';
import { GreetingsEditor } from './GreetingsEditor.js';
import { Snippet } from './Snippet.js';
import { ownWords, WidgetPreview } from './WidgetPreview.js';
import { WidgetRecords } from './WidgetRecords.js';
import classes from './widget.module.css';
import {
  colour,
  faults,
  mostLetters,
  path,
  settingsOf,
  valuesOf,
  type WidgetValues,
  wordFields,
} from './widget-values.js';

type Form = RecordForm<Site, WidgetValues>['form'];

/** How the button of one site looks, what it says, and when it greets. */
export function WidgetForm({ site }: { site: Site }) {
  const t = useAdminText();
  const { house } = useAdmin();
  const record = useRecord<Site, WidgetValues>({
    row: site,
    values: valuesOf(site),
    valuesOf,
    validate: values => faults(values, t),
    save: (row, _changes, values) => house.sites.change(row ?? site, { widget: settingsOf(values) }),
    read: row => house.sites.read(row.id),
  });
  const { form } = record;
  const w = t.widget;
  return (
    <FormPage
      title={site.name}
      back={{ href: path, label: t.pages.widget }}
      record={record}
      labels={{
        accent: w.colour,
        position: w.position,
        hideWhenClosed: w.hideWhenClosed,
        browserCalls: w.browserCalls,
        button: w.button,
        title: w.title,
        intro: w.panelIntro,
        greetings: w.greetings,
      }}
      lead={<WidgetPreview values={form.values} />}
      after={
        <>
          <WidgetRecords site={site} />
          <Snippet siteKey={site.key}>
            <Link href={`/desktop/admin/sites/${site.id}`}>{w.toSite}</Link>
          </Snippet>
        </>
      }
    >
      <Look form={form} />
      <WordFields form={form} />
      <Section title={w.greetings} text={w.greetingsText}>
        <Wide>
          <GreetingsEditor form={form} saved={site.widget.greetings ?? []} />
        </Wide>
      </Section>
    </FormPage>
  );
}

function Look({ form }: { form: Form }) {
  const t = useAdminText();
  const w = t.widget;
  const { accent } = form.values;
  return (
    <Section title={w.look}>
      <TextInput
        {...form.input('accent')}
        label={w.accent}
        description={w.accentHelp}
        inputWrapperOrder={['label', 'input', 'error', 'description']}
        placeholder={widgetBlue}
        maxLength={7}
        spellCheck={false}
        autoCapitalize="none"
        leftSection={
          <input
            type="color"
            className={classes.colourBox}
            aria-label={w.pickColour}
            value={colour.test(accent) ? accent.toLowerCase() : widgetBlue}
            onChange={event => form.set('accent', event.currentTarget.value)}
            data-testid="pick-colour"
          />
        }
        data-testid="field-accent"
      />
      <Radio.Group {...form.input('position')} label={w.position} description={w.positionHelp}>
        <Stack gap="xs" mt="xs">
          <Radio value="end" label={w.positions.end} data-testid="position-end" />
          <Radio value="start" label={w.positions.start} data-testid="position-start" />
        </Stack>
      </Radio.Group>
      <Switch
        {...form.check('hideWhenClosed')}
        label={w.hideWhenClosed}
        description={w.hideWhenClosedHelp}
        data-testid="field-hideWhenClosed"
      />
      <Switch
        {...form.check('browserCalls')}
        label={w.browserCalls}
        description={w.browserCallsHelp}
        data-testid="field-browserCalls"
      />
    </Section>
  );
}

/** launcher.widget.css: --accent. */
const widgetBlue = '#2b57d9';

function WordFields({ form }: { form: Form }) {
  const t = useAdminText();
  const labels = { button: t.widget.button, title: t.widget.title, intro: t.widget.panelIntro };
  return (
    <Section title={t.widget.words} text={t.widget.wordsText}>
      {wordFields.map(field => (
        <div key={field} className={classes.pair}>
          {languages.map(language => (
            <TextInput
              key={language}
              {...form.input(`${field}.${language}`)}
              label={`${labels[field]} (${t.languages[language]})`}
              placeholder={ownWords(field, language)}
              maxLength={mostLetters[field]}
              lang={language}
              data-testid={`field-${field}.${language}`}
            />
          ))}
        </div>
      ))}
    </Section>
  );
}
