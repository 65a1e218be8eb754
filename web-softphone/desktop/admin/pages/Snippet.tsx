import type { ReactNode } from 'react';
import { useAdminText } from '../context.js';
import { CopyField, Panel } from '../parts/small.js';
import classes from './widget.module.css';

/** The line that a page shows the button with (docs/widget.md). */
export function Snippet({ siteKey, children }: { siteKey: string; children?: ReactNode }) {
  const t = useAdminText();
  const line = `<script async src="${window.location.origin}/widget.js" data-site="${siteKey}"></script>`;
  return (
    <Panel title={t.sites.embed} testId="embed">
      <p>{t.sites.embedText}</p>
      <CopyField label={t.sites.snippet} value={line} testId="snippet" />
      {children && <div className={classes.more}>{children}</div>}
    </Panel>
  );
}
