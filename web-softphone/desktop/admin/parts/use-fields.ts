import { type FocusEvent, type FormEvent, useState } from 'react';
import { valueAt, withValue } from './paths.js';

/** Errors by the path of their field, as the server names it: `name.ko`, `skillSteps.1.after`. */
export type FieldErrors = Record<string, string>;

/** What is said at a field, or below it where one control has several values. */
export function errorAt({ errors }: { errors: FieldErrors }, path: string): string | undefined {
  const found = Object.entries(errors).find(([field]) => field === path || field.startsWith(`${path}.`));
  return found?.[1];
}

export interface Fields<V extends object> {
  values: V;
  errors: FieldErrors;
  /** What an input is given for the value at a path. */
  input: (path: string) => {
    value: never;
    error: string | undefined;
    onChange: (change: unknown) => void;
    onBlur: (event: FocusEvent) => void;
  };
  /** The same for a switch. */
  check: (path: string) => { checked: boolean; onChange: (change: unknown) => void };
  set: (path: string, value: unknown) => void;
  setAll: (values: V) => void;
  setError: (path: string, error: string | undefined) => void;
  submit: (send: (values: V) => void, refuse: () => void) => (event?: FormEvent) => void;
}

/** The event of an input, or the value itself: components differ. */
function entered(change: unknown): unknown {
  if (typeof change !== 'object' || change === null || !('currentTarget' in change)) return change;
  const { currentTarget: input } = change as FormEvent<HTMLInputElement>;
  return input.type === 'checkbox' ? input.checked : input.value;
}

/**
 * The values of a form and what is wrong with them. A field is judged when it is left, and from then on with each change
 * until it is right; all of them when the form is sent.
 */
export function useFields<V extends object>(initial: V, validate: (values: V) => FieldErrors): Fields<V> {
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<FieldErrors>({});

  const setError = (path: string, error: string | undefined) =>
    setErrors(before => {
      const { [path]: _old, ...others } = before;
      return error === undefined ? others : { ...others, [path]: error };
    });

  const set = (path: string, value: unknown) => {
    const next = withValue(values, path, value);
    setValues(next);
    if (Object.keys(errors).length === 0) return;
    // What is still wrong stays said; what was only the server's word is taken back with the change.
    const wrong = validate(next);
    const related = (field: string) =>
      field === path || field.startsWith(`${path}.`) || path.startsWith(`${field}.`);
    setErrors(
      Object.fromEntries(
        Object.entries(errors).flatMap(([field, said]): [string, string][] => {
          const now = wrong[field];
          if (now !== undefined) return [[field, now]];
          return related(field) ? [] : [[field, said]];
        }),
      ),
    );
  };

  return {
    values,
    errors,
    set,
    setError,
    setAll: next => {
      setValues(next);
      setErrors({});
    },
    input: path => ({
      value: valueAt(values, path) as never,
      error: errors[path],
      onChange: change => set(path, entered(change)),
      onBlur: () => setError(path, validate(values)[path]),
    }),
    check: path => ({
      checked: valueAt(values, path) === true,
      onChange: change => set(path, entered(change)),
    }),
    submit: (send, refuse) => event => {
      event?.preventDefault();
      const found = validate(values);
      setErrors(found);
      if (Object.keys(found).length > 0) refuse();
      else send(values);
    },
  };
}
