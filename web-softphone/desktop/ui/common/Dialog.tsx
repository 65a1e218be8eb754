import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useText } from '../hooks.js';
import classes from './dialog.module.css';

interface Props {
  opened: boolean;
  onClose: () => void;
  title: ReactNode;
  size?: 'md' | 'lg';
  children: ReactNode;
  'data-testid'?: string;
}

/** A dialog with its title, and a way out of it. */
export function Dialog({ opened, onClose, title, size, children, 'data-testid': testId }: Props) {
  const t = useText();
  return (
    <Modal.Root opened={opened} onClose={onClose} centered {...(size && { size })}>
      <Modal.Overlay />
      <Modal.Content data-testid={testId}>
        <div className={classes.head}>
          <Modal.Title>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t.close} />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
