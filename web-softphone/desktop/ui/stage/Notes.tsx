import { Chip, Group, Textarea } from '@mantine/core';
import { useRef } from 'react';
import type { Interaction } from '../../api/types.js';
import { useDesktop, useShortcut, useStore, useText } from '../hooks.js';
import { ariaKeys, codeOf } from '../shortcut-keys.js';
import classes from './notes.module.css';

/** As many characters as the server keeps. */
const noteLimit = 4_000;

const dispositions = ['resolved', 'follow_up', 'not_reached', 'wrong_person', 'other'] as const;

/** What is written down, from the first word of the talk to the end of the wrap-up, in one place. */
export function Notes({ interaction }: { interaction: Interaction }) {
  const t = useText();
  const { draft } = useDesktop();
  useStore(draft.state);
  const { note, disposition } = draft.of(interaction.id);
  const field = useRef<HTMLTextAreaElement>(null);
  useShortcut(codeOf('note'), () => field.current?.focus());
  const wrappingUp = interaction.state === 'wrap_up';

  return (
    <section className={classes.notes}>
      <Textarea
        ref={field}
        label={t.wrapUp.note}
        description={wrappingUp ? undefined : t.call.notesHint}
        placeholder={t.wrapUp.notePlaceholder}
        minRows={4}
        rows={5}
        maxLength={noteLimit}
        value={note}
        error={note.length >= noteLimit && t.wrapUp.tooLong(noteLimit)}
        aria-keyshortcuts={ariaKeys('note')}
        onChange={event => draft.edit(interaction.id, { note: event.currentTarget.value })}
        data-testid="wrapup-note"
      />
      {wrappingUp && (
        <fieldset className={classes.results}>
          <legend>{t.wrapUp.disposition}</legend>
          <Chip.Group
            value={disposition ?? ''}
            onChange={(value: string) => draft.edit(interaction.id, { disposition: value || null })}
          >
            <Group gap="xs">
              {dispositions.map(key => (
                <Chip key={key} value={key} variant="outline" data-testid={`disposition-${key}`}>
                  {t.wrapUp.dispositions[key]}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
        </fieldset>
      )}
    </section>
  );
}
