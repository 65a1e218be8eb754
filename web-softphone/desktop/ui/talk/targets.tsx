import { Badge, UnstyledButton } from '@mantine/core';
import { IconHeadset } from '@tabler/icons-react';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import type { TransferTargets } from '../../api/types.js';
import { Elapsed } from '../common/Elapsed.js';
import { useDesktop, useText } from '../hooks.js';
import classes from './transfer-dialog.module.css';

/** Often enough that a colleague who has just become busy is not chosen, milliseconds. */
const refreshMs = 2_000;

/** For comparing what is typed with a name. */
export const fold = (text: string) => text.normalize('NFKC').toLowerCase();

/** Colleagues and queues as they are now, for as long as they are looked at. */
export function useTargets(opened: boolean): {
  targets: TransferTargets | null;
  failure: unknown;
  retry: () => void;
} {
  const { api } = useDesktop();
  const [targets, setTargets] = useState<TransferTargets | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [tries, setTries] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `tries` asks again
  useEffect(() => {
    if (!opened) return;
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      try {
        const found = await api.transferTargets();
        if (over) return;
        setTargets(found);
        setFailure(null);
      } catch (problem) {
        if (!over) setFailure(problem);
      }
      if (!over) timer = setTimeout(() => void look(), refreshMs);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [opened, api, tries]);

  return { targets, failure, retry: useCallback(() => setTries(count => count + 1), []) };
}

interface RowProps {
  icon: ReactNode;
  name: string;
  detail: ReactNode;
  disabled?: boolean;
  onChoose: () => void;
  testId: string;
}

/** Somebody or something to be chosen. */
export function TargetRow({ icon, name, detail, disabled = false, onChoose, testId }: RowProps) {
  return (
    <li>
      <UnstyledButton className={classes.row} disabled={disabled} onClick={onChoose} data-testid={testId}>
        <span className={classes.icon}>{icon}</span>
        <span className={classes.name}>{name}</span>
        <span className={classes.detail}>{detail}</span>
      </UnstyledButton>
    </li>
  );
}

interface ColleagueRowProps {
  colleague: TransferTargets['agents'][number];
  disabled: boolean;
  onChoose: () => void;
  testId: string;
}

/** A colleague with what he does; to be chosen while he can be rung. */
export function ColleagueRow({ colleague, disabled, onChoose, testId }: ColleagueRowProps) {
  const t = useText();
  const { name, state, stateSince, reachable } = colleague;
  return (
    <TargetRow
      icon={<IconHeadset size={18} aria-hidden />}
      name={name}
      detail={
        <>
          <Badge
            variant="light"
            color={reachable ? (state === 'ready' ? 'leaf' : 'amber') : 'gray'}
            className={classes.badge}
          >
            {t.state[state]}
          </Badge>{' '}
          <Elapsed since={stateSince} />
        </>
      }
      disabled={!reachable || disabled}
      onChoose={onChoose}
      testId={testId}
    />
  );
}
