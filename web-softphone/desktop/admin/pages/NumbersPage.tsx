import { IconPhone } from '@tabler/icons-react';
import { useDesktop, useStore } from '../../ui/hooks.js';
import type { CompanyNumber } from '../api.js';
import { useAdmin, useAdminText, useCollection } from '../context.js';
import type { AdminText } from '../i18n/texts.js';
import { RemoveButton } from '../parts/Confirm.js';
import { digitsOf } from '../parts/digits.js';
import { Entry } from '../parts/Entry.js';
import { FormPage, Section } from '../parts/FormPage.js';
import { TextField } from '../parts/fields.js';
import { ListPage } from '../parts/ListPage.js';
import { Sub, Tag } from '../parts/small.js';
import type { FieldErrors } from '../parts/use-fields.js';
import { useRecord } from '../parts/use-record.js';
import { NumberState } from './NumberState.js';

const path = '/desktop/admin/numbers';

export function NumbersPage({ id }: { id?: string }) {
  const { house } = useAdmin();
  if (id === undefined) return <NumberList />;
  return (
    <Entry collection={house.numbers} id={id} listHref={path}>
      {number => <NumberForm key={number?.number ?? 'new'} number={number} />}
    </Entry>
  );
}

/** A number as people of the company's first country write it. */
export function useShownNumber(): (number: string) => string {
  const { phones } = useDesktop();
  const { me } = useAdmin();
  const { format } = useStore(phones.knowledge);
  return number => format(number, me.tenant.countries[0]);
}

function NumberList() {
  const t = useAdminText();
  const { house } = useAdmin();
  const shown = useShownNumber();
  const { rows, failure } = useCollection(house.numbers);
  const proofText = ({ verifiedAt }: CompanyNumber) =>
    verifiedAt === null ? t.numbers.unproven : t.numbers.proven;
  return (
    <ListPage
      title={t.pages.numbers}
      text={t.numbers.intro}
      rows={rows}
      failure={failure}
      onRetry={() => void house.numbers.load()}
      keyOf={({ number }) => number}
      hrefOf={({ number }) => `${path}/${encodeURIComponent(number)}`}
      add={{ href: `${path}/new`, label: t.numbers.addOne }}
      empty={{ icon: IconPhone, title: t.numbers.empty, text: t.numbers.emptyText }}
      columns={[
        {
          key: 'number',
          label: t.numbers.number,
          value: ({ number }) => `${number} ${shown(number)}`,
          cell: ({ number, label }) => (
            <>
              {shown(number)}
              {label !== '' && <Sub>{label}</Sub>}
            </>
          ),
        },
        {
          key: 'proof',
          label: t.numbers.proof,
          value: proofText,
          cell: number => <Tag tone={number.verifiedAt === null ? 'warn' : 'good'}>{proofText(number)}</Tag>,
        },
        {
          key: 'callerId',
          label: t.numbers.callerId,
          value: ({ isCallerId }) => (isCallerId ? t.yes : t.no),
        },
      ]}
    />
  );
}

type NumberValues = Pick<CompanyNumber, 'number' | 'label'>;

function valuesOf({ number, label }: CompanyNumber): NumberValues {
  return { number, label };
}

function faults({ number }: NumberValues, t: AdminText): FieldErrors {
  if (/^\+[1-9]\d{6,14}$/.test(digitsOf(number))) return {};
  return { number: number.trim() === '' ? t.missing : t.numbers.numberWrong };
}

function NumberForm({ number }: { number: CompanyNumber | undefined }) {
  const t = useAdminText();
  const { house } = useAdmin();
  const { route } = useDesktop();
  const shown = useShownNumber();
  const record = useRecord<CompanyNumber, NumberValues>({
    row: number,
    values: number ? valuesOf(number) : { number: '', label: '' },
    valuesOf,
    validate: values => faults(values, t),
    save: (row, changes, values) =>
      row
        ? house.numbers.change(row, changes)
        : house.numbers.add({ number: digitsOf(values.number), label: values.label }),
    read: row => house.numbers.read(row.number),
    onAdded: row => route.leave(`${path}/${encodeURIComponent(row.number)}`),
  });
  const { form } = record;
  return (
    <FormPage
      title={number ? shown(number.number) : t.numbers.newTitle}
      back={{ href: path, label: t.pages.numbers }}
      record={record}
      labels={{ label: t.numbers.label }}
      actions={
        number && (
          <RemoveButton
            collection={house.numbers}
            row={number}
            listHref={path}
            title={t.numbers.removeTitle(shown(number.number))}
            text={number.isCallerId ? t.numbers.removeCallerId : t.numbers.removeText}
            disabled={number.isCallerId}
          />
        )
      }
      lead={number && <NumberState number={number} />}
    >
      <Section title={t.numbers.number}>
        <TextField
          form={form}
          field="number"
          label={t.numbers.number}
          help={t.numbers.numberHelp}
          type="tel"
          maxLength={30}
          readOnly={!!number}
        />
        <TextField
          form={form}
          field="label"
          label={t.numbers.label}
          help={t.numbers.labelHelp}
          maxLength={80}
        />
      </Section>
    </FormPage>
  );
}
