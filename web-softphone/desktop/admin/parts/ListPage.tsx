import { Button, Skeleton, TextInput, UnstyledButton, VisuallyHidden } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowsSort,
  IconArrowUp,
  IconPlus,
  IconSearch,
  type IconSearch as IconType,
} from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { ProblemAlert } from '../../ui/common/ProblemAlert.js';
import { useLanguage, useText } from '../../ui/hooks.js';
import { Link } from '../../ui/Link.js';
import { useAdmin, useAdminText } from '../context.js';
import classes from './list.module.css';
import { PageHead } from './PageHead.js';

export interface Column<T> {
  key: string;
  label: string;
  /** By which it is sorted and found. */
  value: (row: T) => string | number;
  /** How it is shown, where that is more than its value. */
  cell?: (row: T) => ReactNode;
  numeric?: boolean;
  /** Left out on a phone. */
  wide?: boolean;
}

interface Props<T> {
  title: string;
  text?: string;
  columns: readonly Column<T>[];
  rows: readonly T[] | null;
  failure: unknown;
  onRetry: () => void;
  keyOf: (row: T) => string;
  /** Where one of them is shown, if it has a page of its own; its first column leads there. */
  hrefOf?: (row: T) => string | undefined;
  /** Shown in a paler colour. */
  dim?: (row: T) => boolean;
  add?: { href: string; label: string };
  actions?: ReactNode;
  /** Between the title and the list. */
  lead?: ReactNode;
  empty: { icon: typeof IconType; title: string; text: string };
}

interface Order {
  key: string;
  descending: boolean;
}

function sorted<T>(
  rows: readonly T[],
  column: Column<T> | undefined,
  order: Order | null,
  locale: string,
): T[] {
  if (!column || !order) return [...rows];
  const compare = new Intl.Collator(locale, { numeric: true }).compare;
  const direction = order.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [column.value(a), column.value(b)];
    return (
      direction * (typeof x === 'number' && typeof y === 'number' ? x - y : compare(String(x), String(y)))
    );
  });
}

/** Things of one kind, to be searched, sorted and opened. */
export function ListPage<T>(props: Props<T>) {
  const { title, text, columns, rows, failure, onRetry, actions, lead, empty } = props;
  const t = useAdminText();
  const { readOnly } = useAdmin();
  const add = readOnly ? undefined : props.add;
  const locale = useLanguage();
  const [search, setSearch] = useState('');
  const [order, setOrder] = useState<Order | null>(null);
  const needle = search.trim().toLocaleLowerCase(locale);
  const found = (rows ?? []).filter(row =>
    columns.some(column => String(column.value(row)).toLocaleLowerCase(locale).includes(needle)),
  );
  const column = columns.find(({ key }) => key === order?.key);
  return (
    <>
      <PageHead
        title={title}
        {...(text !== undefined && { text })}
        actions={
          <>
            {actions}
            {add && (
              <Button
                component={Link}
                href={add.href}
                leftSection={<IconPlus size={18} aria-hidden />}
                data-testid="add"
              >
                {add.label}
              </Button>
            )}
          </>
        }
      />
      {lead}
      {failure !== null && (
        <div className={classes.problem}>
          <ProblemAlert title={rows ? t.listStale : t.listFailed} failure={failure} onRetry={onRetry} />
        </div>
      )}
      {rows === null && failure === null && <Loading />}
      {rows?.length === 0 && (
        <div className={classes.empty} data-testid="empty">
          <empty.icon size={36} stroke={1.5} aria-hidden />
          <p className={classes.emptyTitle}>{empty.title}</p>
          <p>{empty.text}</p>
          {add && (
            <Button component={Link} href={add.href} mt="sm">
              {add.label}
            </Button>
          )}
        </div>
      )}
      {rows && rows.length > 0 && (
        <div className={classes.card}>
          <div className={classes.tools}>
            <TextInput
              className={classes.search}
              type="search"
              aria-label={t.search}
              placeholder={t.search}
              leftSection={<IconSearch size={16} aria-hidden />}
              value={search}
              onChange={event => setSearch(event.currentTarget.value)}
              data-testid="search"
            />
            <span className={classes.count} role="status">
              {t.count(found.length, rows.length)}
            </span>
          </div>
          {found.length === 0 ? (
            <div className={classes.nothing}>
              <p>{t.nothingFound(search.trim())}</p>
              <Button variant="default" size="xs" onClick={() => setSearch('')}>
                {t.clearSearch}
              </Button>
            </div>
          ) : (
            <Rows {...props} found={sorted(found, column, order, locale)} order={order} setOrder={setOrder} />
          )}
        </div>
      )}
    </>
  );
}

interface RowsProps<T> extends Props<T> {
  found: readonly T[];
  order: Order | null;
  setOrder: (order: Order | null) => void;
}

function Rows<T>({ title, columns, found, keyOf, hrefOf, dim, order, setOrder }: RowsProps<T>) {
  const t = useAdminText();
  /** Up, down, and as the server has them. */
  const next = (key: string): Order | null => {
    if (order?.key !== key) return { key, descending: false };
    return order.descending ? null : { key, descending: true };
  };
  return (
    <table className={classes.table} data-testid="list">
      <caption className={classes.caption}>{title}</caption>
      <thead>
        <tr>
          {columns.map(({ key, label, numeric, wide }) => {
            const mine = order?.key === key ? order : null;
            const Icon = mine ? (mine.descending ? IconArrowDown : IconArrowUp) : IconArrowsSort;
            return (
              <th
                key={key}
                scope="col"
                data-numeric={numeric}
                data-wide={wide}
                aria-sort={mine ? (mine.descending ? 'descending' : 'ascending') : 'none'}
              >
                <UnstyledButton
                  className={classes.sort}
                  data-on={mine !== null}
                  title={t.sortBy(label)}
                  onClick={() => setOrder(next(key))}
                >
                  {label}
                  <Icon size={14} aria-hidden />
                </UnstyledButton>
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {found.map(row => {
          const href = hrefOf?.(row);
          return (
            <tr key={keyOf(row)} data-dim={dim?.(row) ?? false} data-key={keyOf(row)}>
              {columns.map(({ key, value, cell, numeric, wide }, index) => {
                const content = cell ? cell(row) : value(row);
                const Cell = index === 0 ? 'th' : 'td';
                return (
                  <Cell
                    key={key}
                    {...(index === 0 && { scope: 'row' })}
                    data-numeric={numeric}
                    data-wide={wide}
                  >
                    {index === 0 && href !== undefined ? (
                      <Link href={href} className={classes.open}>
                        {content}
                      </Link>
                    ) : (
                      content
                    )}
                  </Cell>
                );
              })}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

export function Loading() {
  const { loading } = useText();
  return (
    <div className={classes.card} aria-busy>
      <VisuallyHidden role="status">{loading}</VisuallyHidden>
      <div className={classes.skeleton} aria-hidden>
        {[70, 55, 80, 60, 65].map(width => (
          <Skeleton key={width} height={14} width={`${width}%`} />
        ))}
      </div>
    </div>
  );
}
