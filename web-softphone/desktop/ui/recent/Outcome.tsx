import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconCircleCheck,
  IconClock,
  IconPhoneCall,
  IconPhoneOff,
  IconPhonePause,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Interaction } from '../../api/types.js';
import { isOwnCall } from '../../desk/call-steps.js';
import type { Dictionary } from '../../i18n/en.js';
import { wordFor } from '../../i18n/word.js';
import classes from './outcome.module.css';

type Tone = 'good' | 'bad' | 'plain' | 'live';

interface Look {
  tone: Tone;
  icon: ComponentType<{ size: number; 'aria-hidden': boolean }>;
}

const looks: Readonly<Record<string, Look>> = {
  completed: { tone: 'good', icon: IconCircleCheck },
  cancelled: { tone: 'plain', icon: IconArrowBackUp },
  transferred: { tone: 'plain', icon: IconArrowForwardUp },
  busy: { tone: 'bad', icon: IconPhonePause },
};
const otherOutcome: Look = { tone: 'bad', icon: IconPhoneOff };

function lookOf({ state, outcome }: Interaction): Look {
  if (outcome !== null) return looks[outcome] ?? otherOutcome;
  if (state === 'waiting' || state === 'offered') return { tone: 'plain', icon: IconClock };
  return { tone: 'live', icon: IconPhoneCall };
}

/** What has become of an interaction, or where it is. */
export function outcomeText(interaction: Interaction, t: Dictionary): string {
  const { state, outcome } = interaction;
  if (outcome === 'cancelled' && isOwnCall(interaction)) return t.dial.givenUp;
  return outcome === null ? t.interactionStates[state] : wordFor(t.outcomes, outcome);
}

export function OutcomeIcon({ interaction }: { interaction: Interaction }) {
  const { tone, icon: Icon } = lookOf(interaction);
  return (
    <span className={classes.icon} data-tone={tone}>
      <Icon size={18} aria-hidden />
    </span>
  );
}
