import { PasswordInput, TextInput } from '@mantine/core';
import { useDesktop } from '../../ui/hooks.js';
import type { Trunk } from '../api.js';
import { useAdmin, useAdminText } from '../context.js';
import type { AdminText } from '../i18n/texts.js';
import { Disabling, RemoveButton } from '../parts/Confirm.js';
import { FormPage, Section, Wide } from '../parts/FormPage.js';
import { ChoiceField, fieldOrder, keyPattern, NumberField, TextField } from '../parts/fields.js';
import { errorAt, type FieldErrors, type Fields } from '../parts/use-fields.js';
import { useRecord } from '../parts/use-record.js';
import { useCountries } from './countries.js';
import { TrunkPanel } from './TrunkPanel.js';
import { fieldsOf, newTrunk, type TrunkValues, valuesOf } from './trunk-values.js';

export const trunksPath = '/desktop/admin/trunks';

function faults({ name, address }: TrunkValues, t: AdminText): FieldErrors {
  return {
    ...(!keyPattern.test(name.trim()) && { name: name.trim() === '' ? t.missing : t.keyWrong }),
    ...(address.trim() === '' && { address: t.missing }),
  };
}

/** A trunk of the company's own. */
export function TrunkForm({ trunk }: { trunk: Trunk | undefined }) {
  const t = useAdminText();
  const { house } = useAdmin();
  const { route } = useDesktop();
  const countries = useCountries();
  const record = useRecord<Trunk, TrunkValues>({
    row: trunk,
    values: trunk ? valuesOf(trunk) : newTrunk,
    valuesOf,
    validate: values => faults(values, t),
    save: (row, changes) =>
      row ? house.trunks.change(row, fieldsOf(changes)) : house.trunks.add(fieldsOf(changes)),
    read: row => house.trunks.read(house.trunks.keyOf(row)),
    onAdded: row => route.leave(`${trunksPath}/${row.id}`),
  });
  const { form } = record;
  const formats = Object.entries(t.trunks.formats).map(([value, label]) => ({ value, label }));
  const { fields } = t.trunks;
  return (
    <FormPage
      title={trunk?.name ?? t.trunks.newTitle}
      back={{ href: trunksPath, label: t.pages.trunks }}
      record={record}
      labels={fields}
      actions={
        trunk && (
          <>
            <Disabling
              disabled={trunk.disabledAt !== null}
              title={t.trunks.disableTitle(trunk.name)}
              text={t.trunks.disableText}
              set={disabled => house.trunks.change(trunk, { disabled })}
            />
            <RemoveButton
              collection={house.trunks}
              row={trunk}
              listHref={trunksPath}
              title={t.trunks.removeTitle(trunk.name)}
              text={t.trunks.removeText}
            />
          </>
        )
      }
      lead={trunk && <TrunkPanel trunk={trunk} />}
    >
      <Section title={t.trunks.where}>
        <TextField form={form} field="name" label={fields.name} help={t.trunks.nameHelp} maxLength={40} />
        <TextField
          form={form}
          field="address"
          label={fields.address}
          help={t.trunks.addressHelp}
          maxLength={255}
        />
        <TextField
          form={form}
          field="username"
          label={fields.username}
          help={t.trunks.usernameHelp}
          maxLength={128}
        />
        <PasswordInput
          {...form.input('password')}
          label={fields.password}
          description={trunk?.hasPassword ? t.trunks.passwordKept : t.trunks.passwordHelp}
          inputWrapperOrder={fieldOrder}
          autoComplete="new-password"
          maxLength={128}
          visibilityToggleButtonProps={{ 'aria-label': t.trunks.showPassword }}
          data-testid="field-password"
        />
        <NumberField
          form={form}
          field="registerSeconds"
          label={fields.registerSeconds}
          help={t.trunks.registerHelp}
          least={60}
          most={86_400}
          unit={t.seconds}
          nullText={t.trunks.noRegistration}
        />
      </Section>
      <Section title={t.trunks.outbound} text={t.trunks.outboundText}>
        <ListField form={form} field="prefixes" label={fields.prefixes} help={t.trunks.prefixesHelp} />
        <NumberField
          form={form}
          field="priority"
          label={fields.priority}
          help={t.trunks.priorityHelp}
          least={1}
          most={100}
        />
        <NumberField
          form={form}
          field="weight"
          label={fields.weight}
          help={t.trunks.weightHelp}
          least={1}
          most={1000}
        />
        <NumberField
          form={form}
          field="maxChannels"
          label={fields.maxChannels}
          least={1}
          most={100_000}
          nullText={t.trunks.noLimit}
        />
        <NumberField
          form={form}
          field="callsPerSecond"
          label={fields.callsPerSecond}
          least={0.01}
          most={1000}
          decimals
          nullText={t.trunks.noLimit}
        />
        <NumberField
          form={form}
          field="checkSeconds"
          label={fields.checkSeconds}
          help={t.trunks.checkHelp}
          least={5}
          most={3600}
          unit={t.seconds}
          nullText={t.trunks.noCheck}
        />
      </Section>
      <Section title={t.trunks.numbers}>
        <ChoiceField
          form={form}
          field="country"
          label={fields.country}
          help={t.trunks.countryHelp}
          data={countries}
          searchable
          clearable
          limit={60}
        />
        <ChoiceField form={form} field="numberFormat" label={fields.numberFormat} data={formats} />
        <ChoiceField form={form} field="callerIdFormat" label={fields.callerIdFormat} data={formats} />
        <TextField
          form={form}
          field="fromDomain"
          label={fields.fromDomain}
          help={t.trunks.fromDomainHelp}
          maxLength={253}
        />
      </Section>
      <Section title={t.trunks.inbound} text={t.trunks.inboundText}>
        <Wide>
          <ListField form={form} field="sources" label={fields.sources} help={t.trunks.sourcesHelp} />
        </Wide>
        <TextField
          form={form}
          field="number"
          label={fields.number}
          help={t.trunks.numberHelp}
          type="tel"
          maxLength={30}
        />
        <NumberField
          form={form}
          field="inboundPerSecond"
          label={fields.inboundPerSecond}
          least={0.01}
          most={1000}
          decimals
          nullText="20"
        />
      </Section>
    </FormPage>
  );
}

interface ListProps {
  form: Pick<Fields<object>, 'input' | 'errors'>;
  field: string;
  label: string;
  help: string;
}

/** Several values with commas between; what is wrong with one of them is said of the whole. */
function ListField({ form, field, label, help }: ListProps) {
  return (
    <TextInput
      {...form.input(field)}
      error={errorAt(form, field)}
      label={label}
      description={help}
      inputWrapperOrder={fieldOrder}
      autoCapitalize="none"
      spellCheck={false}
      maxLength={2000}
      data-testid={`field-${field}`}
    />
  );
}
