import { MultiSelect, Select, Switch } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import { ProblemAlert } from '../../ui/common/ProblemAlert.js';
import { Link } from '../../ui/Link.js';
import type { Company } from '../api.js';
import { useAdmin, useAdminText, useCollection } from '../context.js';
import { FormPage, Section, Wide } from '../parts/FormPage.js';
import { type AnyForm, ChoiceField, TextField } from '../parts/fields.js';
import { Loading } from '../parts/ListPage.js';
import { PageHead } from '../parts/PageHead.js';
import { useRecord } from '../parts/use-record.js';
import { useCountries } from './countries.js';
import { useShownNumber } from './NumbersPage.js';
import { timeZones } from './time-zones.js';

export function CompanyPage() {
  const t = useAdminText();
  const { house } = useAdmin();
  const [company, setCompany] = useState<Company | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const load = useCallback(() => {
    setFailure(null);
    house.api.company().then(setCompany, setFailure);
  }, [house]);
  useEffect(load, [load]);
  if (company) return <CompanyForm company={company} onSaved={setCompany} />;
  return (
    <>
      <PageHead title={t.pages.company} text={t.company.intro} />
      {failure === null ? (
        <Loading />
      ) : (
        <ProblemAlert title={t.listFailed} failure={failure} onRetry={load} />
      )}
    </>
  );
}

type CompanyValues = Omit<Company, 'version'>;

function valuesOf(company: Company): CompanyValues {
  const { version: _version, ...values } = company;
  return values;
}

function CompanyForm({ company, onSaved }: { company: Company; onSaved: (company: Company) => void }) {
  const t = useAdminText();
  const { house } = useAdmin();
  const { rows: numbers } = useCollection(house.numbers);
  const record = useRecord<Company, CompanyValues>({
    row: company,
    values: valuesOf(company),
    valuesOf,
    validate: ({ name, countries }) => ({
      ...(name.trim() === '' && { name: t.missing }),
      ...(countries.length === 0 && { countries: t.company.countriesMissing }),
    }),
    save: async (_row, changes) => {
      const saved = await house.api.changeCompany(company.version, changes);
      onSaved(saved);
      return saved;
    },
    read: async () => {
      const read = await house.api.company();
      onSaved(read);
      return read;
    },
  });
  const { form } = record;
  const countries = useCountries();
  const proven = (numbers ?? []).filter(({ verifiedAt }) => verifiedAt !== null);
  return (
    <FormPage
      title={t.pages.company}
      record={record}
      labels={{
        name: t.company.name,
        locale: t.company.locale,
        timeZone: t.company.timeZone,
        countries: t.company.countries,
        callerId: t.company.callerId,
        monitoringShown: t.company.monitoringShown,
        operatorTrunks: t.company.operatorTrunks,
      }}
    >
      <Section title={t.company.general}>
        <TextField form={form} field="name" label={t.company.name} maxLength={80} />
        <ChoiceField
          form={form}
          field="locale"
          label={t.company.locale}
          data={Object.entries(t.languages).map(([value, label]) => ({ value, label }))}
        />
        <ChoiceField
          form={form}
          field="timeZone"
          label={t.company.timeZone}
          help={t.company.timeZoneHelp}
          data={timeZones}
          searchable
          limit={50}
        />
      </Section>
      <Section title={t.company.calling} text={t.company.callingText}>
        <Wide>
          <MultiSelect
            {...form.input('countries')}
            label={t.company.countries}
            data={countries}
            searchable
            hidePickedOptions
            limit={60}
            data-testid="field-countries"
          />
        </Wide>
        <CallerId form={form} numbers={proven.map(({ number }) => number)} />
        <Wide>
          <Link href="/desktop/admin/numbers">{t.company.toNumbers}</Link>
        </Wide>
        <Wide>
          <Switch
            {...form.check('operatorTrunks')}
            label={t.company.operatorTrunks}
            description={t.company.operatorTrunksHelp}
            data-testid="field-operatorTrunks"
          />
        </Wide>
      </Section>
      <Section title={t.company.supervision} text={t.company.supervisionText}>
        <Wide>
          <Switch
            {...form.check('monitoringShown')}
            label={t.company.monitoringShown}
            data-testid="field-monitoringShown"
          />
        </Wide>
      </Section>
    </FormPage>
  );
}

interface CallerIdProps {
  form: AnyForm;
  numbers: readonly string[];
}

function CallerId({ form, numbers }: CallerIdProps) {
  const t = useAdminText();
  const shown = useShownNumber();
  return (
    <Select
      {...form.input('callerId')}
      label={t.company.callerId}
      description={t.company.callerIdHelp}
      data={numbers.map(number => ({ value: number, label: shown(number) }))}
      allowDeselect={false}
      data-testid="field-callerId"
    />
  );
}
