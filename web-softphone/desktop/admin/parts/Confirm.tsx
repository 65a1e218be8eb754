import { Button, Modal, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactNode, useState } from 'react';
import { ProblemAlert } from '../../ui/common/ProblemAlert.js';
import { useDesktop, useText } from '../../ui/hooks.js';
import { problemText } from '../../ui/problem-text.js';
import type { Collection, Versioned } from '../collection.js';
import { useAdminText } from '../context.js';
import classes from './form.module.css';
import { Tag } from './small.js';

interface Props {
  label: string;
  icon?: ReactNode;
  title: string;
  text: string;
  /** Rejects when it did not work: then the question stays, with the reason. */
  act: () => Promise<unknown>;
  disabled?: boolean;
  size?: 'xs' | 'sm';
  ariaLabel?: string;
  'data-testid'?: string;
}

/** Something that destroys, or cuts somebody off: done after a second word. */
export function ConfirmButton(props: Props) {
  const { label, icon, title, text, act, disabled = false, size = 'sm', ariaLabel } = props;
  const t = useAdminText();
  const { close } = useText();
  const [asked, setAsked] = useState(false);
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const leave = () => {
    setAsked(false);
    setFailure(null);
  };
  const confirm = async () => {
    setPending(true);
    setFailure(null);
    try {
      await act();
      setAsked(false);
    } catch (problem) {
      setFailure(problem);
    } finally {
      setPending(false);
    }
  };

  return (
    <>
      <Button
        variant="default"
        size={size}
        leftSection={icon}
        disabled={disabled}
        aria-label={ariaLabel}
        onClick={() => setAsked(true)}
        data-testid={props['data-testid']}
      >
        {label}
      </Button>
      <Modal opened={asked} onClose={leave} title={title} closeButtonProps={{ 'aria-label': close }} centered>
        <Text>{text}</Text>
        {failure !== null && <ProblemAlert title={t.failed} failure={failure} />}
        <div className={classes.choices}>
          <Button variant="default" onClick={leave} data-autofocus>
            {t.cancel}
          </Button>
          <Button color="rose" loading={pending} onClick={() => void confirm()} data-testid="confirm">
            {label}
          </Button>
        </div>
      </Modal>
    </>
  );
}

interface DisablingProps {
  disabled: boolean;
  title: string;
  text: string;
  set: (disabled: boolean) => Promise<unknown>;
}

/** Takes something out of use, and back: nothing that history names is ever removed. */
export function Disabling({ disabled, title, text: consequence, set }: DisablingProps) {
  const t = useAdminText();
  const text = useText();
  const [pending, setPending] = useState(false);
  if (!disabled)
    return (
      <ConfirmButton
        label={t.disable}
        title={title}
        text={consequence}
        act={() => set(true)}
        data-testid="disable"
      />
    );
  const enable = async () => {
    setPending(true);
    try {
      await set(false);
    } catch (problem) {
      notifications.show({
        title: t.failed,
        message: problemText(problem, text),
        color: 'rose',
        closeButtonProps: { 'aria-label': text.dismiss },
      });
    } finally {
      setPending(false);
    }
  };
  return (
    <>
      <Tag tone="plain">{t.disabled}</Tag>
      <Button size="sm" loading={pending} onClick={() => void enable()} data-testid="enable">
        {t.enable}
      </Button>
    </>
  );
}

interface RemoveProps<T extends Versioned> {
  collection: Collection<T>;
  row: T;
  /** Where one is afterwards. */
  listHref: string;
  title: string;
  text: string;
  disabled?: boolean;
}

/** Removes something for good. */
export function RemoveButton<T extends Versioned>(props: RemoveProps<T>) {
  const { collection, row, listHref, title, text, disabled = false } = props;
  const t = useAdminText();
  const { dismiss } = useText();
  const { route } = useDesktop();
  const remove = async () => {
    await collection.remove(row);
    notifications.show({ message: t.removed, closeButtonProps: { 'aria-label': dismiss } });
    route.leave(listHref);
  };
  return (
    <ConfirmButton
      label={t.remove}
      title={title}
      text={text}
      disabled={disabled}
      act={remove}
      data-testid="remove"
    />
  );
}
