import { ActionIcon, CloseButton, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useAdminText } from '../context.js';
import classes from './editors.module.css';
import { spanOf, textOf } from './spans.js';

interface Props {
  /** Of which day. */
  day: string;
  spans: readonly string[];
  error: string | undefined;
  onChange: (spans: string[]) => void;
  testId: string;
}

const mostSpans = 10;

/** Spans of the clock, such as 09:00–12:00 and 13:00–18:00. */
export function SpansEditor({ day, spans, error, onChange, testId }: Props) {
  const t = useAdminText();
  return (
    <>
      <div className={classes.spans}>
        {spans.length === 0 && <span className={classes.closed}>{t.hours.closed}</span>}
        {spans.map((text, index) => {
          const span = spanOf(text);
          const change = (part: Partial<typeof span>) =>
            onChange(spans.map((one, at) => (at === index ? textOf({ ...span, ...part }) : one)));
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a span is known by its place
            <div key={index} className={classes.span}>
              <TextInput
                type="time"
                aria-label={t.hours.from(day)}
                value={span.from}
                error={error !== undefined}
                onChange={event => change({ from: event.currentTarget.value })}
                data-testid={`${testId}-${index}-from`}
              />
              <span aria-hidden>–</span>
              <TextInput
                type="time"
                aria-label={t.hours.until(day)}
                value={span.until}
                error={error !== undefined}
                onChange={event => change({ until: event.currentTarget.value })}
                data-testid={`${testId}-${index}-until`}
              />
              <CloseButton
                size="sm"
                aria-label={t.hours.removeSpan(day)}
                onClick={() => onChange(spans.filter((_, at) => at !== index))}
              />
            </div>
          );
        })}
        {error && <p className={classes.error}>{error}</p>}
      </div>
      {spans.length < mostSpans && (
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={t.hours.addSpan(day)}
          title={t.hours.addSpan(day)}
          onClick={() => onChange([...spans, nextSpan(spans)])}
          data-testid={`${testId}-add`}
        >
          <IconPlus size={16} aria-hidden />
        </ActionIcon>
      )}
    </>
  );
}

/** The usual hours first; then some after those that are there. */
function nextSpan(spans: readonly string[]): string {
  const last = spans.at(-1);
  if (last === undefined) return '09:00-18:00';
  const { until } = spanOf(last);
  const hour = Math.min(Number(until.slice(0, 2)) + 1, 22);
  return `${String(hour).padStart(2, '0')}:00-${String(hour + 1).padStart(2, '0')}:00`;
}
