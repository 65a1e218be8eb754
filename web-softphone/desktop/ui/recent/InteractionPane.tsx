import { CloseButton } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Me } from '../../api/types.js';
import { useText } from '../hooks.js';
import { showHead } from '../show-head.js';
import { InteractionDetailView } from './InteractionDetail.js';
import classes from './recent.module.css';

/** One interaction of the past, in the place of the list: nothing lies over the desk, whose call may be live. */
export function InteractionPane({ id, me, onClose }: { id: string; me: Me; onClose: () => void }) {
  const t = useText();
  const pane = useRef<HTMLElement>(null);
  const title = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    const opener = document.activeElement;
    title.current?.focus({ preventScroll: true });
    if (pane.current) showHead(pane.current);
    return () => {
      // Closed from within, which took the focus with it; who was elsewhere by then stays there.
      if (document.activeElement === document.body && opener instanceof HTMLElement) opener.focus();
    };
  }, []);

  return (
    <aside
      ref={pane}
      className={`${classes.recent} ${classes.pane}`}
      aria-labelledby="detail-title"
      data-testid="detail"
      onKeyDown={event => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <div className={classes.body}>
        <div className={classes.head}>
          <h2 id="detail-title" ref={title} tabIndex={-1} className={classes.title}>
            {t.detail.title}
          </h2>
          <CloseButton aria-label={t.close} onClick={onClose} />
        </div>
        <div className={classes.scroll}>
          <div className={classes.detail}>
            <InteractionDetailView id={id} me={me} />
          </div>
        </div>
      </div>
    </aside>
  );
}
