import { Drawer } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Me } from '../../api/types.js';
import classes from '../common/panel-head.module.css';
import { useText } from '../hooks.js';
import { InteractionDetailView } from './InteractionDetail.js';

/** One interaction of the past, from the side; the desk stays where it is. */
export function InteractionDrawer({ id, me, onClose }: { id: string | null; me: Me; onClose: () => void }) {
  const t = useText();
  // While it slides out it still shows what it showed.
  const last = useRef(id);
  useEffect(() => {
    if (id !== null) last.current = id;
  }, [id]);
  const shown = id ?? last.current;
  return (
    <Drawer.Root opened={id !== null} onClose={onClose} position="right" size="30rem">
      <Drawer.Overlay />
      <Drawer.Content data-testid="detail">
        <div className={classes.head}>
          <Drawer.Title>{t.detail.title}</Drawer.Title>
          <Drawer.CloseButton aria-label={t.close} />
        </div>
        <Drawer.Body>{shown && <InteractionDetailView key={shown} id={shown} me={me} />}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
