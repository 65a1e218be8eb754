import { VisuallyHidden } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { InteractionState } from '../../api/types.js';
import { type CallStep, callSteps, stepAt } from '../../desk/call-steps.js';
import type { CallPhase } from '../../softphone/call.js';
import { useText } from '../hooks.js';
import classes from './call-steps.module.css';

type Progress = 'done' | 'now' | 'next';

/** How far the way to the conversation has been gone. */
export function CallSteps({ state, phase }: { state: InteractionState; phase: CallPhase }) {
  const t = useText();
  const reached = stepAt(state, phase);
  const words: Record<Progress, string> = {
    done: t.call.stepDone,
    now: t.call.stepNow,
    next: t.call.stepNext,
  };
  const progressOf = (index: number): Progress => {
    if (index < reached || reached === callSteps.length - 1) return 'done';
    return index === reached ? 'now' : 'next';
  };
  return (
    <ol className={classes.steps} aria-label={t.call.stepsLabel}>
      {callSteps.map((step: CallStep, index) => {
        const progress = progressOf(index);
        return (
          <li key={step} data-progress={progress} aria-current={progress === 'now' ? 'step' : undefined}>
            <span className={classes.bullet} aria-hidden>
              {progress === 'done' && <IconCheck size={12} stroke={3} />}
            </span>
            {t.call.steps[step]}
            <VisuallyHidden> ({words[progress]})</VisuallyHidden>
          </li>
        );
      })}
    </ol>
  );
}
