import { NumberInput, Select, type SelectProps, TextInput } from '@mantine/core';
import { useLanguage } from '../../ui/hooks.js';
import { useAdminText } from '../context.js';
import type { AdminText } from '../i18n/texts.js';
import { spanText } from './span-text.js';
import type { FieldErrors, Fields } from './use-fields.js';

/** A form, whatever its values are. */
export type AnyForm = Pick<Fields<object>, 'input' | 'check'>;

/** What explains a field stands below it: so that inputs beside each other stand in a line. */
export const fieldOrder: ('label' | 'input' | 'error' | 'description')[] = [
  'label',
  'input',
  'error',
  'description',
];

interface NumberProps {
  form: AnyForm;
  field: string;
  label: string;
  help?: string;
  least: number;
  most: number;
  unit?: string;
  step?: number;
  decimals?: boolean;
  /** Empty means this. */
  nullText?: string;
}

/** A number within its limits: another one cannot be left in it. */
export function NumberField(props: NumberProps) {
  const { form, field, label, help, least, most, unit, step = 1, decimals = false, nullText } = props;
  const t = useAdminText();
  const locale = useLanguage();
  const { value, onChange, ...rest } = form.input(field);
  // 86400 s is read by nobody.
  const long = unit === t.seconds && value >= 120 ? `= ${spanText(value, locale)}` : undefined;
  const described = [long, help].filter(Boolean).join(' · ') || undefined;
  return (
    <NumberInput
      {...rest}
      label={label}
      description={described}
      inputWrapperOrder={fieldOrder}
      value={typeof value === 'number' ? value : ''}
      onChange={entered => {
        // What is being typed may be nothing for a moment: a form that is sent needs a number or, where it may be, none.
        const next = typeof entered === 'number' ? entered : nullText === undefined ? least : null;
        onChange(next);
      }}
      min={least}
      max={most}
      step={step}
      clampBehavior="strict"
      allowDecimal={decimals}
      decimalScale={decimals ? 2 : 0}
      suffix={unit === undefined ? '' : ` ${unit}`}
      {...(nullText !== undefined && { placeholder: nullText })}
      title={t.between(least, most)}
      data-testid={`field-${field}`}
    />
  );
}

interface TextProps {
  form: AnyForm;
  field: string;
  label: string;
  help?: string;
  maxLength?: number;
  type?: string;
  readOnly?: boolean;
  lang?: string;
}

export function TextField({ form, field, label, help, ...rest }: TextProps) {
  return (
    <TextInput
      {...form.input(field)}
      {...rest}
      label={label}
      description={help}
      inputWrapperOrder={fieldOrder}
      data-testid={`field-${field}`}
    />
  );
}

type ChoiceProps = Pick<
  SelectProps,
  'data' | 'searchable' | 'clearable' | 'placeholder' | 'limit' | 'readOnly'
> & {
  form: AnyForm;
  field: string;
  label: string;
  help?: string;
};

export function ChoiceField({ form, field, label, help, clearable = false, ...rest }: ChoiceProps) {
  return (
    <Select
      {...form.input(field)}
      {...rest}
      label={label}
      description={help}
      inputWrapperOrder={fieldOrder}
      allowDeselect={clearable}
      clearable={clearable}
      checkIconPosition="right"
      comboboxProps={{ withinPortal: true }}
      data-testid={`field-${field}`}
    />
  );
}

/** Both names of a thing, each in its language. */
export function NameFields({ form }: { form: AnyForm }) {
  const t = useAdminText();
  return (
    <>
      <TextField form={form} field="name.ko" label={t.nameKo} maxLength={80} lang="ko" />
      <TextField form={form} field="name.en" label={t.nameEn} maxLength={80} lang="en" />
    </>
  );
}

export const keyPattern = /^[a-z0-9-]{1,40}$/;

/** What is wrong with a key and two names. */
export function nameErrors(
  { key, name }: { key?: string; name: { en: string; ko?: string } },
  t: AdminText,
): FieldErrors {
  return {
    ...(key !== undefined && !keyPattern.test(key) && { key: key === '' ? t.missing : t.keyWrong }),
    ...(name.en.trim() === '' && { 'name.en': t.missing }),
    ...(name.ko !== undefined && name.ko.trim() === '' && { 'name.ko': t.missing }),
  };
}
