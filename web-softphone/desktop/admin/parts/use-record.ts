import { type FormEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { Problem } from '../../api/problem.js';
import { useDesktop } from '../../ui/hooks.js';
import { changesOf, type Difference, differences, same } from '../changes.js';
import type { Versioned } from '../collection.js';
import { type FieldErrors, type Fields, useFields } from './use-fields.js';

export interface RecordOptions<T extends Versioned, V extends object> {
  /** Undefined: it is to be added. */
  row: T | undefined;
  values: V;
  validate: (values: V) => FieldErrors;
  /** Sends what was changed; all of it when it is to be added. */
  save: (row: T | undefined, changes: Partial<V>, values: V) => Promise<T>;
  /** Reads what the server has by now. */
  read: (row: T) => Promise<T | undefined>;
  valuesOf: (row: T) => V;
  onAdded?: (row: T) => void;
}

export interface Conflict<T, V> {
  row: T;
  values: V;
  differences: Difference[];
}

export interface RecordForm<T extends Versioned, V extends object> {
  form: Fields<V>;
  element: RefObject<HTMLFormElement | null>;
  isNew: boolean;
  dirty: boolean;
  pending: boolean;
  /** It was saved here, since the page was opened. */
  saved: boolean;
  /** What is not of one field. */
  failure: unknown;
  conflict: Conflict<T, V> | null;
  submit: (event?: FormEvent<HTMLFormElement>) => void;
  undo: () => void;
  takeTheirs: () => void;
  keepMine: () => void;
  /** Where the user wants to go while something is not saved. */
  leaving: (() => void) | null;
  stay: () => void;
}

/**
 * One thing in a form: what was changed, what is wrong with it, saving it, and what to do when somebody else was faster.
 * His changes and ours are of fields: those that only one has touched are never lost.
 */
export function useRecord<T extends Versioned, V extends object>(
  options: RecordOptions<T, V>,
): RecordForm<T, V> {
  const { row, values, validate, save, read, valuesOf, onAdded } = options;
  const { route } = useDesktop();
  const element = useRef<HTMLFormElement | null>(null);
  const [base, setBase] = useState<{ row: T | undefined; values: V }>({ row, values });
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [conflict, setConflict] = useState<Conflict<T, V> | null>(null);
  const [saved, setSaved] = useState(false);
  const [leaving, setLeaving] = useState<(() => void) | null>(null);
  const form = useFields(values, validate);
  const dirty = !same(base.values, form.values);

  const start = (next: T, shown: V) => {
    setBase({ row: next, values: valuesOf(next) });
    form.setAll(shown);
    setConflict(null);
    setFailure(null);
  };

  // What somebody else has saved while nothing was changed here is simply shown.
  const newer = row && base.row && row.version > base.row.version && !dirty && !pending ? row : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each newer one
  useEffect(() => {
    if (newer) start(newer, valuesOf(newer));
  }, [newer]);

  useEffect(() => {
    if (!dirty) return;
    return route.guard(leave => setLeaving(() => leave));
  }, [dirty, route]);

  const focusFault = () =>
    requestAnimationFrame(() =>
      element.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid="true"]')?.focus(),
    );

  async function refused(problem: unknown): Promise<void> {
    if (problem instanceof Problem && problem.code === 'changed_meanwhile' && base.row) {
      const theirs = await read(base.row);
      if (!theirs) {
        setFailure(problem);
        return;
      }
      const found = valuesOf(theirs);
      setConflict({
        row: theirs,
        values: found,
        differences: differences(base.values, found, form.values),
      });
      return;
    }
    const field = problem instanceof Problem ? problem.field : undefined;
    if (field !== undefined && Object.hasOwn(form.values, field.split('.')[0] ?? '')) {
      form.setError(field, (problem as Problem).message);
      focusFault();
      return;
    }
    setFailure(problem);
  }

  async function send(from: { row: T | undefined; values: V }, sent: V): Promise<void> {
    setPending(true);
    setFailure(null);
    try {
      const row = await save(from.row, from.row ? changesOf(from.values, sent) : sent, sent);
      start(row, valuesOf(row));
      setSaved(true);
      if (!from.row) onAdded?.(row);
    } catch (problem) {
      await refused(problem).catch(setFailure);
    } finally {
      setPending(false);
    }
  }

  return {
    form,
    element,
    isNew: base.row === undefined,
    dirty,
    pending,
    saved,
    failure,
    conflict,
    leaving,
    submit: form.submit(sent => void send(base, sent), focusFault),
    undo: () => {
      form.setAll(base.values);
      setFailure(null);
    },
    takeTheirs: () => {
      if (conflict) start(conflict.row, conflict.values);
    },
    keepMine: () => {
      if (!conflict) return;
      const merged = { ...conflict.values, ...changesOf(base.values, form.values) };
      start(conflict.row, merged);
      void send(conflict, merged);
    },
    stay: () => setLeaving(null),
  };
}
