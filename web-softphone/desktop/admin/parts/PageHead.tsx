import { type ReactNode, useEffect, useRef } from 'react';
import { useAdminText } from '../context.js';
import classes from './form.module.css';

/** The title of a page, which gets the focus when the page is opened: that is where its reading begins. */
export function PageHead({ title, text, actions }: { title: string; text?: string; actions?: ReactNode }) {
  const t = useAdminText();
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    const before = document.title;
    document.title = `${title} · ${t.title}`;
    return () => {
      document.title = before;
    };
  }, [title, t]);
  return (
    <div className={classes.head}>
      <div className={classes.headText}>
        <h2 ref={head} tabIndex={-1} className={classes.title} data-testid="page-title">
          {title}
        </h2>
        {text && <p className={classes.intro}>{text}</p>}
      </div>
      {actions && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
