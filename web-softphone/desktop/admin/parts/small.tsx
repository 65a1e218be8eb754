import { Button, CopyButton, TextInput } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useAdminText } from '../context.js';
import classes from './small.module.css';

export type Tone = 'good' | 'warn' | 'bad' | 'plain';

/** A state in a word, told by more than its colour. */
export function Tag({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={classes.tag} data-tone={tone}>
      {children}
    </span>
  );
}

/** The second line of a cell. */
export function Sub({ children }: { children: ReactNode }) {
  return <span className={classes.sub}>{children}</span>;
}

/** Something to be taken elsewhere. */
export function CopyField({ label, value, testId }: { label: string; value: string; testId: string }) {
  const t = useAdminText();
  return (
    <div className={classes.copy}>
      <TextInput
        className={classes.copyText}
        label={label}
        value={value}
        readOnly
        onFocus={event => event.currentTarget.select()}
        data-testid={testId}
      />
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Button
            variant="default"
            leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
            onClick={copy}
          >
            <span aria-live="polite">{copied ? t.copied : t.copy}</span>
          </Button>
        )}
      </CopyButton>
    </div>
  );
}

/** A panel beside the form's sections, looking as they do. */
export function Panel({ title, children, testId }: { title: string; children: ReactNode; testId?: string }) {
  return (
    <section className={classes.panel} aria-label={title} data-testid={testId}>
      <h3 className={classes.panelTitle}>{title}</h3>
      {children}
    </section>
  );
}
