import type { ComponentType } from 'react';
import { useAdminText } from '../context.js';
import { Gone } from '../parts/Entry.js';
import { AuditPage } from './AuditPage.js';
import { CompanyPage } from './CompanyPage.js';
import { HolidaysPage } from './HolidaysPage.js';
import { HoursPage } from './HoursPage.js';
import { NumbersPage } from './NumbersPage.js';
import { PeoplePage } from './PeoplePage.js';
import { PromptsPage } from './PromptsPage.js';
import { QueuesPage } from './QueuesPage.js';
import { RulesPage } from './RulesPage.js';
import { SitesPage } from './SitesPage.js';
import { SkillsPage } from './SkillsPage.js';
import { TrunksPage } from './TrunksPage.js';
import { WidgetPage } from './WidgetPage.js';

/** A page gets the key of the thing it is to show, or `new`; without one it shows them all. */
export interface Page {
  Component: ComponentType<{ id?: string }>;
}

const pages: Readonly<Record<string, Page['Component']>> = {
  company: CompanyPage,
  people: PeoplePage,
  queues: QueuesPage,
  skills: SkillsPage,
  hours: HoursPage,
  holidays: HolidaysPage,
  rules: RulesPage,
  prompts: PromptsPage,
  sites: SitesPage,
  widget: WidgetPage,
  numbers: NumbersPage,
  trunks: TrunksPage,
  audit: AuditPage,
};

export function pageOf(name: string): Page {
  return { Component: Object.hasOwn(pages, name || 'company') ? pages[name || 'company']! : NoSuchPage };
}

function NoSuchPage() {
  const t = useAdminText();
  return (
    <Gone
      title={t.noSuchPage}
      text={t.noSuchPageText}
      href="/desktop/admin/company"
      label={t.pages.company}
    />
  );
}
