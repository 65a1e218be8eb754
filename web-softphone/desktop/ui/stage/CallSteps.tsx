import { VisuallyHidden } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { Interaction } from '../../api/types.js';
import { type CallStep, callSteps, isOwnCall, stepAt } from '../../desk/call-steps.js';
import type { CallPhase } from '../../softphone/call.js';
import { useText } from '../hooks.js';
import classes from './call-steps.module.css';

type Progress = 'done' | 'now' | 'next';

/** How far the way to the conversation has been gone. */
export function CallSteps({ interaction, phase }: { interaction: Interaction; phase: CallPhase }) {
  const t = useText();
  const reached = stepAt(interaction.state, phase);
  const names: Readonly<Record<CallStep, string>> = {
    ...t.call.steps,
    ...(interaction.with === 'colleague' && { dialing: t.dial.callingColleague }),
  };
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
        // Who calls himself has accepted nothing.
        if (step === 'accepted' && isOwnCall(interaction)) return null;
        return (
          <li key={step} data-progress={progress} aria-current={progress === 'now' ? 'step' : undefined}>
            <span className={classes.bullet} aria-hidden>
              {progress === 'done' && <IconCheck size={12} stroke={3} />}
            </span>
            {names[step]}
            <VisuallyHidden> ({words[progress]})</VisuallyHidden>
          </li>
        );
      })}
    </ol>
  );
}
