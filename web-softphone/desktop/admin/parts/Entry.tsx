import { Button, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { ProblemAlert } from '../../ui/common/ProblemAlert.js';
import { Link } from '../../ui/Link.js';
import type { Collection, Versioned } from '../collection.js';
import { useAdminText, useCollection } from '../context.js';
import classes from './form.module.css';
import { Loading } from './ListPage.js';

interface Props<T extends Versioned> {
  collection: Collection<T>;
  /** `new`, or the key of one. */
  id: string;
  listHref: string;
  children: (row: T | undefined) => ReactNode;
}

/** The thing that an address names; a new one; or a word why it cannot be shown. */
export function Entry<T extends Versioned>({ collection, id, listHref, children }: Props<T>) {
  const t = useAdminText();
  const { rows, failure } = useCollection(collection);
  if (id === 'new') return children(undefined);
  const row = rows?.find(one => collection.keyOf(one) === id);
  if (row) return children(row);
  if (failure !== null)
    return <ProblemAlert title={t.listFailed} failure={failure} onRetry={() => void collection.load()} />;
  if (!rows) return <Loading />;
  return <Gone title={t.gone} text={t.goneText} href={listHref} label={t.back} />;
}

export function Gone(props: { title: string; text: string; href: string; label: string }) {
  const { title, text, href, label } = props;
  return (
    <div className={classes.gone}>
      <Title order={2} size="h3">
        {title}
      </Title>
      <Text c="dimmed">{text}</Text>
      <Button component={Link} href={href} variant="default">
        {label}
      </Button>
    </div>
  );
}
