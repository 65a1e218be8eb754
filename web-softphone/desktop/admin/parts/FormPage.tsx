import { Alert, Button, Modal, Text } from '@mantine/core';
import { IconArrowLeft, IconLock, IconUsers } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ProblemAlert } from '../../ui/common/ProblemAlert.js';
import { useText } from '../../ui/hooks.js';
import { Link } from '../../ui/Link.js';
import type { Versioned } from '../collection.js';
import { useAdmin, useAdminText } from '../context.js';
import classes from './form.module.css';
import { PageHead } from './PageHead.js';
import type { RecordForm } from './use-record.js';
import { valueText } from './value-text.js';

interface Props<T extends Versioned, V extends object> {
  title: string;
  /** The list it belongs to. */
  back?: { href: string; label: string };
  record: RecordForm<T, V>;
  /** What the fields are called, for a conflict. */
  labels: Partial<Record<keyof V, string>>;
  /** Beside the title: what else can be done with it. */
  actions?: ReactNode;
  /** Above the form: what it is about, what state it is in. */
  lead?: ReactNode;
  /** Below the form: what came of it. */
  after?: ReactNode;
  children: ReactNode;
}

/** One thing to look at and to change: its fields in sections, and a bar that says whether they are saved. */
export function FormPage<T extends Versioned, V extends object>(props: Props<T, V>) {
  const { title, back, record, labels, actions, lead, after, children } = props;
  const t = useAdminText();
  const { readOnly } = useAdmin();
  const { close } = useText();
  const { dirty, pending, isNew, failure, conflict } = record;
  return (
    <div className={classes.page}>
      {back && (
        <Link href={back.href} className={classes.back}>
          <IconArrowLeft size={16} aria-hidden />
          {back.label}
        </Link>
      )}
      <PageHead title={title} actions={readOnly ? undefined : actions} />
      {readOnly && (
        <Alert variant="default" mb="md" icon={<IconLock aria-hidden />} data-testid="read-only">
          {t.readOnly}
        </Alert>
      )}
      {!readOnly && lead}
      <form
        ref={record.element}
        className={classes.form}
        noValidate
        onSubmit={record.submit}
        data-testid="form"
      >
        {failure !== null && <ProblemAlert title={t.notSaved} failure={failure} />}
        {conflict && <ConflictPanel record={record} labels={labels} />}
        <fieldset disabled={readOnly} className={classes.all}>
          {children}
        </fieldset>
        <div className={classes.bar} data-dirty={dirty || isNew} hidden={readOnly}>
          <Text size="sm" role="status" className={classes.state}>
            {dirty ? t.unsaved : isNew ? t.notAdded : record.saved ? t.saved : t.allSaved}
          </Text>
          <Button variant="default" disabled={!dirty || pending} onClick={record.undo} data-testid="undo">
            {t.undo}
          </Button>
          <Button type="submit" disabled={!dirty && !isNew} loading={pending} data-testid="save">
            {isNew ? t.add : t.save}
          </Button>
        </div>
      </form>
      {after && <div className={classes.after}>{after}</div>}
      <Modal
        opened={record.leaving !== null}
        onClose={record.stay}
        title={t.leaveTitle}
        closeButtonProps={{ 'aria-label': close }}
        centered
      >
        <Text>{t.leaveText}</Text>
        <div className={classes.choices}>
          <Button variant="default" onClick={() => record.leaving?.()} data-testid="leave">
            {t.leave}
          </Button>
          <Button onClick={record.stay} data-autofocus>
            {t.stay}
          </Button>
        </div>
      </Modal>
    </div>
  );
}

/** Somebody else was faster: what he has changed, beside what stands here, and which of the two it shall be. */
function ConflictPanel<T extends Versioned, V extends object>({
  record,
  labels,
}: Pick<Props<T, V>, 'record' | 'labels'>) {
  const t = useAdminText();
  const { conflict } = record;
  if (!conflict) return null;
  return (
    <Alert
      role="alert"
      variant="default"
      className={classes.conflict}
      icon={<IconUsers aria-hidden />}
      title={t.conflict.title}
      data-testid="conflict"
    >
      <p className={classes.conflictText}>{t.conflict.text}</p>
      <table className={classes.differences}>
        <thead>
          <tr>
            <th scope="col">{t.conflict.field}</th>
            <th scope="col">{t.conflict.theirs}</th>
            <th scope="col">{t.conflict.mine}</th>
          </tr>
        </thead>
        <tbody>
          {conflict.differences.map(({ field, theirs, mine, contested }) => (
            <tr key={field}>
              <th scope="row">{labels[field as keyof V] ?? field}</th>
              <td>{valueText(theirs, t)}</td>
              <td>{contested ? valueText(mine, t) : t.conflict.untouched}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className={classes.choices}>
        <Button variant="default" onClick={record.takeTheirs} data-testid="take-theirs">
          {t.conflict.takeTheirs}
        </Button>
        <Button onClick={record.keepMine} loading={record.pending} data-testid="keep-mine">
          {t.conflict.keepMine}
        </Button>
      </div>
    </Alert>
  );
}

interface SectionProps {
  title: string;
  text?: string;
  children: ReactNode;
}

/** Fields that belong together. */
export function Section({ title, text, children }: SectionProps) {
  return (
    <fieldset className={classes.section}>
      <legend className={classes.legend}>{title}</legend>
      {text && <p className={classes.sectionText}>{text}</p>}
      <div className={classes.fields}>{children}</div>
    </fieldset>
  );
}

/** A field that takes the whole width of its section. */
export function Wide({ children }: { children: ReactNode }) {
  return <div className={classes.wide}>{children}</div>;
}
