import { ActionIcon, Button, CloseButton, TagsInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useState } from 'react';
import { languages } from '../../i18n/language.js';
import type { Greeting } from '../api.js';
import { useAdmin, useAdminText, useCollection, useNameOf } from '../context.js';
import { AddButton } from '../parts/AddButton.js';
import { ChoiceField, NumberField, TextField } from '../parts/fields.js';
import { errorAt, type Fields } from '../parts/use-fields.js';
import classes from './widget.module.css';
import {
  type GreetingValues,
  mostGreetings,
  mostLetters,
  newGreeting,
  pagesIn,
  type WidgetValues,
} from './widget-values.js';

interface Props {
  form: Fields<WidgetValues>;
  /** What the server has: their keys are counted by. */
  saved: readonly Greeting[];
}

/** The greetings of a site, in the order in which their rules are looked at. */
export function GreetingsEditor({ form, saved }: Props) {
  const t = useAdminText();
  const { house } = useAdmin();
  const { rows: queues } = useCollection(house.queues);
  const [removed, setRemoved] = useState<{ greeting: GreetingValues; index: number } | null>(null);
  const { greetings } = form.values;
  const set = (next: GreetingValues[]) => form.set('greetings', next);
  const move = (from: number, to: number) =>
    set(greetings.toSpliced(from, 1).toSpliced(to, 0, greetings[from]!));
  const remove = (index: number) => {
    setRemoved({ greeting: greetings[index]!, index });
    set(greetings.toSpliced(index, 1));
  };
  const putBack = () => {
    if (removed) set(greetings.toSpliced(removed.index, 0, removed.greeting));
    setRemoved(null);
  };
  const add = () => {
    const taken = [...saved, ...greetings].map(({ key }) => key);
    set([...greetings, newGreeting(taken, queues?.find(({ disabledAt }) => !disabledAt)?.key ?? '')]);
  };
  const canPutBack =
    removed !== null &&
    greetings.length < mostGreetings &&
    !greetings.some(({ key }) => key === removed.greeting.key);
  return (
    <div className={classes.greetings}>
      {greetings.length === 0 && <p className={classes.removed}>{t.widget.noGreetings}</p>}
      {greetings.map((greeting, index) => (
        <GreetingFields
          // biome-ignore lint/suspicious/noArrayIndexKey: a greeting is known by its place
          key={index}
          form={form}
          index={index}
          isSaved={saved.some(({ key }) => key === greeting.key)}
          onRaise={index > 0 ? () => move(index, index - 1) : undefined}
          onLower={index < greetings.length - 1 ? () => move(index, index + 1) : undefined}
          onRemove={() => remove(index)}
        />
      ))}
      {canPutBack && (
        <p className={classes.removed} role="status">
          {t.widget.greetingRemoved(removed.greeting.key)}
          <Button variant="default" size="xs" onClick={putBack} data-testid="put-back">
            {t.widget.putBack}
          </Button>
        </p>
      )}
      {greetings.length < mostGreetings && (
        <AddButton onClick={add} data-testid="add-greeting">
          {t.widget.addGreeting}
        </AddButton>
      )}
    </div>
  );
}

interface FieldsProps {
  form: Fields<WidgetValues>;
  index: number;
  /** It was counted by its key already. */
  isSaved: boolean;
  onRaise: (() => void) | undefined;
  onLower: (() => void) | undefined;
  onRemove: () => void;
}

function GreetingFields({ form, index, isSaved, onRaise, onLower, onRemove }: FieldsProps) {
  const t = useAdminText();
  const w = t.widget;
  const { house } = useAdmin();
  const nameOf = useNameOf();
  const { rows: queues } = useCollection(house.queues);
  const at = `greetings.${index}`;
  return (
    <fieldset
      className={classes.greeting}
      aria-label={w.greeting(index + 1)}
      data-testid={`greeting-${index}`}
    >
      <div className={classes.greetingHead}>
        <strong>{w.greeting(index + 1)}</strong>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={w.raiseGreeting(index + 1)}
          disabled={!onRaise}
          onClick={onRaise}
        >
          <IconArrowUp size={18} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={w.lowerGreeting(index + 1)}
          disabled={!onLower}
          onClick={onLower}
        >
          <IconArrowDown size={18} aria-hidden />
        </ActionIcon>
        <CloseButton aria-label={w.removeGreeting(index + 1)} onClick={onRemove} />
      </div>
      <div className={classes.greetingFields}>
        <div className={classes.pair}>
          {languages.map(language => (
            <TextField
              key={language}
              form={form}
              field={`${at}.text.${language}`}
              label={w.textIn(t.languages[language])}
              maxLength={mostLetters.greeting}
              lang={language}
            />
          ))}
        </div>
        <ChoiceField
          form={form}
          field={`${at}.queue`}
          label={w.queue}
          data={(queues ?? []).map(({ key, name }) => ({ value: key, label: nameOf(name) }))}
        />
        <TextField
          form={form}
          field={`${at}.key`}
          label={w.key}
          help={t.keyHelp}
          maxLength={40}
          readOnly={isSaved}
        />
        <NumberField
          form={form}
          field={`${at}.afterSeconds`}
          label={w.afterSeconds}
          least={0}
          most={3600}
          unit={t.seconds}
        />
        <ChoiceField
          form={form}
          field={`${at}.who`}
          label={w.who}
          data={Object.entries(w.whos).map(([value, label]) => ({ value, label }))}
        />
        <NumberField
          form={form}
          field={`${at}.cartAtLeast`}
          label={w.cartAtLeast}
          help={w.cartHelp}
          least={0}
          most={1_000_000_000}
          decimals
          nullText={w.anyCart}
        />
        <TagsInput
          label={w.pages}
          description={w.pagesHelp}
          inputWrapperOrder={['label', 'input', 'error', 'description']}
          value={form.values.greetings[index]?.pages ?? []}
          error={errorAt(form, `${at}.pages`)}
          onChange={next => form.set(`${at}.pages`, pagesIn(next))}
          maxTags={20}
          data-testid={`field-${at}.pages`}
        />
      </div>
    </fieldset>
  );
}
