import { UnstyledButton } from '@mantine/core';
import {
  IconBuilding,
  IconCalendarOff,
  IconClock,
  IconHistory,
  IconListCheck,
  IconMenu2,
  IconMessageCircle,
  IconMusic,
  IconPhone,
  IconRepeat,
  IconRouter,
  IconStars,
  IconUsers,
  IconWorld,
} from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Link } from '../../ui/Link.js';
import { useAdmin, useAdminText } from '../context.js';
import classes from './nav.module.css';

const groups = [
  { name: 'company', pages: ['company', 'people'] },
  { name: 'service', pages: ['queues', 'skills', 'hours', 'holidays', 'rules', 'prompts'] },
  { name: 'lines', pages: ['sites', 'widget', 'numbers', 'trunks'] },
  { name: 'records', pages: ['audit'] },
] as const;

export type PageName = (typeof groups)[number]['pages'][number];

const icons = {
  company: IconBuilding,
  people: IconUsers,
  queues: IconListCheck,
  skills: IconStars,
  hours: IconClock,
  holidays: IconCalendarOff,
  numbers: IconPhone,
  sites: IconWorld,
  widget: IconMessageCircle,
  rules: IconRepeat,
  prompts: IconMusic,
  trunks: IconRouter,
  audit: IconHistory,
} as const satisfies Record<PageName, unknown>;

/** The menu: beside the page where there is room, else folded away above it. */
export function AdminNav({ here }: { here: string }) {
  const t = useAdminText();
  const { readOnly } = useAdmin();
  const [open, setOpen] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it closes when another page is shown
  useEffect(() => setOpen(false), [here]);
  const title = Object.hasOwn(t.pages, here) ? t.pages[here as PageName] : t.title;
  return (
    <nav className={classes.nav} aria-label={t.menu}>
      <UnstyledButton
        className={classes.toggle}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        data-testid="admin-menu"
      >
        <IconMenu2 size={18} aria-hidden />
        <span>
          {t.title} · {title}
        </span>
      </UnstyledButton>
      <div className={classes.groups} data-open={open}>
        {groups
          .filter(({ name }) => !(readOnly && name === 'records'))
          .map(({ name, pages }) => (
            <div key={name}>
              <p className={classes.group} id={`admin-${name}`}>
                {t.groups[name]}
              </p>
              <ul aria-labelledby={`admin-${name}`}>
                {pages.map(page => {
                  const Icon = icons[page];
                  return (
                    <li key={page}>
                      <Link
                        href={`/desktop/admin/${page}`}
                        className={classes.item}
                        aria-current={page === here ? 'page' : undefined}
                        onClick={() => setOpen(false)}
                        data-testid={`nav-${page}`}
                      >
                        <Icon size={18} stroke={1.75} aria-hidden />
                        {t.pages[page]}
                      </Link>
                    </li>
                  );
                })}
              </ul>
            </div>
          ))}
      </div>
    </nav>
  );
}
