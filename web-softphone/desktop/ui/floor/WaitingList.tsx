import { Badge, Button, Loader, Menu, NativeSelect, SegmentedControl, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowsRightLeft, IconChevronsUp, IconDots, IconPhoneCall, IconX } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { Me, Promised, QueueOnWall, WaitingFilter } from '../../api/types.js';
import { formatMoment } from '../../format/time.js';
import { wordFor } from '../../i18n/word.js';
import { Dialog } from '../common/Dialog.js';
import { Elapsed } from '../common/Elapsed.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { PhoneNumber } from '../dial/PhoneNumber.js';
import { useAction, useDesktop, useLanguage, useNow, useStore, useText } from '../hooks.js';
import { problemText } from '../problem-text.js';
import classes from './waiting-list.module.css';

/** The height of a row until it has been measured, pixels. */
const rowHeight = 66;

/** How long what was done can be taken back by a click, milliseconds. */
const undoMs = 10_000;

interface RowProps {
  row: Promised;
  me: Me;
  queues: readonly QueueOnWall[];
  onCancel: (row: Promised) => void;
}

/** Why he is where he is: what the last try came to, when he is due, whether his queue is closed. */
function Remarks({ row }: { row: Promised }) {
  const t = useText();
  const now = useNow();
  const locale = useLanguage();
  const { movedFrom, lastOutcome, attempts, dueAt, waitsFor, opensAt } = row;
  const words = [
    movedFrom && t.waiting.from(movedFrom.name),
    lastOutcome && `${wordFor(t.outcomes, lastOutcome)} (${t.waiting.attempts(attempts)})`,
    dueAt && t.waiting.due(formatMoment(dueAt, now, locale)),
    waitsFor && opensAt && t.waiting.opens(formatMoment(opensAt, now, locale)),
  ].filter(Boolean);
  return <>{[row.queue.name, ...words].join(' · ')}</>;
}

function Row({ row, me, queues, onCancel }: RowProps) {
  const t = useText();
  const { talks } = useDesktop();
  const moving = useAction(talks.movePromise, row.id);
  const calling = useAction(talks.callNow, row.id);
  const failure = moving.failure ?? calling.failure;
  const name = row.customer.name ?? t.customer.anonymous;
  const since = row.queuedAt ?? row.requestedAt;

  const move = async (to: QueueOnWall) => {
    const from = row.queue;
    if (!(await talks.movePromise.run(row.id, to.key))) return;
    notifications.show({
      id: `moved ${row.id}`,
      autoClose: undoMs,
      closeButtonProps: { 'aria-label': t.dismiss },
      message: (
        <span className={classes.undo}>
          {t.waiting.moved(name, to.name)}
          <Button
            size="xs"
            variant="default"
            data-testid="waiting-undo"
            onClick={() => {
              notifications.hide(`moved ${row.id}`);
              void talks.movePromise.run(row.id, from.key);
            }}
          >
            {t.waiting.undo}
          </Button>
        </span>
      ),
    });
  };

  return (
    <>
      <span className={classes.place}>{row.place ?? '–'}</span>
      <div className={classes.main}>
        <strong>
          {name}{' '}
          {row.onTheLine && (
            <Badge size="sm" variant="light" color="blue" className={classes.badge}>
              {t.waiting.onTheLine}
            </Badge>
          )}
        </strong>
        <span className={classes.minor}>
          <PhoneNumber e164={row.customer.phone} home={me.tenant.countries[0]} channel={row.channel} /> ·{' '}
          <Remarks row={row} />
        </span>
        {failure !== null && <span className={classes.problem}>{problemText(failure, t)}</span>}
      </div>
      <span className={classes.minor}>
        <Elapsed since={since} />
      </span>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button
            size="xs"
            variant="default"
            loading={moving.pending || calling.pending}
            aria-label={t.waiting.actionsFor(name)}
            data-testid="waiting-actions"
          >
            <IconDots size={18} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconChevronsUp size={16} aria-hidden />}
            onClick={() => void talks.callNow.run(row.id)}
            data-testid="waiting-first"
          >
            {t.waiting.first}
          </Menu.Item>
          {row.state === 'waiting' && (
            <>
              <Menu.Divider />
              <Menu.Label>{t.waiting.moveTo}</Menu.Label>
              {queues
                .filter(({ key }) => key !== row.queue.key)
                .map(queue => (
                  <Menu.Item
                    key={queue.key}
                    leftSection={<IconArrowsRightLeft size={16} aria-hidden />}
                    onClick={() => void move(queue)}
                    data-testid={`waiting-move-${queue.key}`}
                  >
                    {queue.name}
                  </Menu.Item>
                ))}
            </>
          )}
          <Menu.Divider />
          <Menu.Item
            color="rose"
            leftSection={<IconX size={16} aria-hidden />}
            onClick={() => onCancel(row)}
            data-testid="waiting-cancel"
          >
            {t.waiting.cancel}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** A customer's wish is taken back only after a second word. */
function CancelQuestion({ row, onClose }: { row: Promised | null; onClose: () => void }) {
  const t = useText();
  const { talks } = useDesktop();
  const cancelling = useAction(talks.cancelPromise, row?.id ?? '');
  const leave = () => {
    talks.cancelPromise.dismiss();
    onClose();
  };
  return (
    <Dialog
      opened={row !== null}
      onClose={leave}
      title={t.waiting.cancelTitle(row?.customer.name ?? t.customer.anonymous)}
    >
      <Text>{t.waiting.cancelText}</Text>
      {cancelling.failure !== null && <ProblemAlert title={t.waiting.failed} failure={cancelling.failure} />}
      <div className={classes.choices}>
        <Button variant="default" onClick={leave} data-autofocus>
          {t.waiting.keep}
        </Button>
        <Button
          color="rose"
          loading={cancelling.pending}
          onClick={async () => {
            if (row && (await talks.cancelPromise.run(row.id))) onClose();
          }}
          data-testid="waiting-cancel-confirm"
        >
          {t.waiting.cancel}
        </Button>
      </div>
    </Dialog>
  );
}

/** All who wait, come, or are held for a person's decision; what is seen of them is drawn, and read. */
export function WaitingList({ me }: { me: Me }) {
  const t = useText();
  const { waiting, wallboard } = useDesktop();
  const { value: rows, failure } = useStore(waiting.state);
  const { value: wall } = useStore(wallboard.state);
  const filter = useStore(waiting.filter);
  const [cancelling, setCancelling] = useState<Promised | null>(null);
  const scroll = useRef<HTMLDivElement>(null);
  const total = rows?.total ?? 0;
  useEffect(() => waiting.watch(), [waiting]);

  const list = useVirtualizer({
    count: total,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    getItemKey: index => rows?.at(index)?.id ?? index,
  });
  const items = list.getVirtualItems();
  const [first, last] = [items[0]?.index, items.at(-1)?.index];
  useEffect(() => {
    if (first !== undefined && last !== undefined) waiting.look(first, last);
  }, [first, last, waiting]);

  const choose = (change: Partial<WaitingFilter>) => {
    scroll.current?.scrollTo(0, 0);
    waiting.choose({ ...filter, ...change });
  };

  return (
    <div className={classes.page}>
      <div className={classes.tools}>
        <SegmentedControl
          value={filter.kind}
          onChange={kind => choose({ kind: kind as WaitingFilter['kind'] })}
          data={(['waiting', 'scheduled', 'held'] as const).map(value => ({
            value,
            label: t.waiting.kinds[value],
          }))}
          aria-label={t.waiting.title}
          data-testid="waiting-kind"
        />
        <NativeSelect
          value={filter.queue ?? ''}
          onChange={event => choose({ queue: event.currentTarget.value || null })}
          data={[
            { value: '', label: t.waiting.allQueues },
            ...(wall?.queues ?? []).map(({ key, name }) => ({ value: key, label: name })),
          ]}
          aria-label={t.customer.queue}
          className={classes.queue}
          data-testid="waiting-queue"
        />
        <span className={classes.count} role="status" data-testid="waiting-total" data-total={rows?.total}>
          {rows && t.waiting.count(total)}
        </span>
      </div>
      {failure !== null && (
        <ProblemAlert title={t.waiting.loadFailed} failure={failure} onRetry={() => void waiting.refresh()} />
      )}
      {rows === null && failure === null && <Loader mx="auto" my="xl" aria-label={t.loading} />}
      {rows && total === 0 && (
        <div className={classes.empty} data-testid="waiting-empty">
          <IconPhoneCall size={32} stroke={1.5} aria-hidden />
          <p>{t.waiting.empty[filter.kind]}</p>
        </div>
      )}
      {/* What scrolls has to be reachable by keyboard (WCAG 2.1.1). */}
      <div ref={scroll} className={classes.scroll} tabIndex={total > 0 ? 0 : -1} hidden={total === 0}>
        <ul
          className={classes.list}
          style={{ height: list.getTotalSize() }}
          aria-label={t.waiting.title}
          data-testid="waiting-list"
        >
          {items.map(({ index, key, start }) => {
            const row = rows?.at(index);
            return (
              <li
                key={key}
                ref={list.measureElement}
                data-index={index}
                className={classes.row}
                style={{ transform: `translateY(${start}px)` }}
                aria-setsize={total}
                aria-posinset={index + 1}
                aria-busy={row === undefined}
                data-testid="waiting-row"
                data-interaction={row?.id}
              >
                {row && <Row row={row} me={me} queues={wall?.queues ?? []} onCancel={setCancelling} />}
              </li>
            );
          })}
        </ul>
      </div>
      <CancelQuestion row={cancelling} onClose={() => setCancelling(null)} />
    </div>
  );
}
