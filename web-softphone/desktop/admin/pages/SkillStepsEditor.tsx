import { CloseButton, MultiSelect, NumberInput, Select } from '@mantine/core';
import type { Skill, SkillStep } from '../api.js';
import { useAdminText, useNameOf } from '../context.js';
import { AddButton } from '../parts/AddButton.js';
import classes from './editors.module.css';

interface Props {
  steps: readonly SkillStep[];
  skills: readonly Skill[];
  /** By the path below the steps: `1.after`. */
  errorOf: (field: string) => string | undefined;
  onChange: (steps: SkillStep[]) => void;
}

const customersLanguage = '$locale';
const mostSteps = 10;

/** What a queue asks of an agent, and how that relaxes while somebody waits. */
export function SkillStepsEditor({ steps, skills, errorOf, onChange }: Props) {
  const t = useAdminText();
  const nameOf = useNameOf();
  const choices = [
    { value: customersLanguage, label: t.queues.customersLanguage },
    ...skills.map(({ key, name }) => ({ value: key, label: nameOf(name) })),
  ];
  const change = (index: number, part: Partial<SkillStep>) =>
    onChange(steps.map((step, at) => (at === index ? { ...step, ...part } : step)));
  const add = () => {
    const last = steps.at(-1);
    onChange([...steps, { after: last ? last.after + 30 : 0, require: {}, prefer: [] }]);
  };
  return (
    <fieldset className={classes.steps}>
      <legend>{t.queues.steps}</legend>
      <p className={classes.help}>{steps.length === 0 ? t.queues.noSteps : t.queues.stepsText}</p>
      {steps.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is known by its place
        <fieldset key={index} className={classes.step} aria-label={t.queues.step(index + 1)}>
          <div className={classes.stepHead}>
            <strong>{t.queues.step(index + 1)}</strong>
            <CloseButton
              aria-label={t.queues.removeStep(index + 1)}
              // The first one holds from the beginning: the next takes its place.
              onClick={() =>
                onChange(
                  steps
                    .filter((_, at) => at !== index)
                    .map((one, at) => (at === 0 ? { ...one, after: 0 } : one)),
                )
              }
            />
          </div>
          <NumberInput
            label={t.queues.after}
            value={step.after}
            disabled={index === 0}
            min={index === 0 ? 0 : 1}
            max={86_400}
            allowDecimal={false}
            clampBehavior="strict"
            suffix={` ${t.seconds}`}
            error={errorOf(`${index}.after`)}
            onChange={after => change(index, { after: typeof after === 'number' ? after : 0 })}
            data-testid={`step-${index}-after`}
          />
          <Requirements
            index={index}
            required={step.require ?? {}}
            choices={choices}
            error={errorOf(`${index}.require`)}
            onChange={require => change(index, { require })}
          />
          <MultiSelect
            label={t.queues.prefer}
            data={choices}
            value={step.prefer ?? []}
            error={errorOf(`${index}.prefer`)}
            onChange={prefer => change(index, { prefer })}
            hidePickedOptions
          />
        </fieldset>
      ))}
      {steps.length < mostSteps && (
        <AddButton onClick={add} data-testid="add-step">
          {t.queues.addStep}
        </AddButton>
      )}
    </fieldset>
  );
}

interface RequirementsProps {
  index: number;
  required: Record<string, number>;
  choices: { value: string; label: string }[];
  error: string | undefined;
  onChange: (required: Record<string, number>) => void;
}

function Requirements({ index, required, choices, error, onChange }: RequirementsProps) {
  const t = useAdminText();
  const open = choices.filter(({ value }) => !Object.hasOwn(required, value));
  const labelOf = (key: string) => choices.find(({ value }) => value === key)?.label ?? key;
  return (
    <div className={classes.requirements}>
      <span className={classes.label}>{t.queues.require}</span>
      {Object.entries(required).map(([key, level]) => (
        <div key={key} className={classes.requirement}>
          <span className={classes.requirementName}>{labelOf(key)}</span>
          <NumberInput
            aria-label={t.queues.skillLevel(labelOf(key))}
            value={level}
            min={1}
            max={5}
            allowDecimal={false}
            clampBehavior="strict"
            w="4.5rem"
            onChange={next => onChange({ ...required, [key]: typeof next === 'number' ? next : 1 })}
          />
          <CloseButton
            aria-label={t.queues.removeSkill(labelOf(key))}
            onClick={() =>
              onChange(Object.fromEntries(Object.entries(required).filter(([one]) => one !== key)))
            }
          />
        </div>
      ))}
      {open.length > 0 && (
        <Select
          aria-label={`${t.queues.step(index + 1)}: ${t.queues.addSkill}`}
          placeholder={t.queues.addSkill}
          data={open}
          value={null}
          error={error}
          onChange={key => key !== null && onChange({ ...required, [key]: 3 })}
          data-testid={`step-${index}-require`}
        />
      )}
    </div>
  );
}
