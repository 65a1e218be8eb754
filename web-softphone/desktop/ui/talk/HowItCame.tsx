import { Alert } from '@mantine/core';
import { IconArrowForwardUp, IconLifebuoy, IconPhoneCall } from '@tabler/icons-react';
import type { Interaction } from '../../api/types.js';
import { wordFor } from '../../i18n/word.js';
import { useText } from '../hooks.js';

/** Whose help is asked for, who has passed the customer on, why he is back, or that we have cut him off before. */
export function HowItCame({ interaction }: { interaction: Interaction }) {
  const t = useText();
  const { askedBy, transfer, state, cutOff } = interaction;
  if (state === 'wrap_up' || interaction.with === 'colleague') return null;
  const word = askedBy
    ? t.talk.helps(askedBy.name)
    : transfer?.reason
      ? t.talk.cameBack(transfer.to, wordFor(t.talk.reasons, transfer.reason))
      : transfer?.by
        ? t.talk.passedOn(transfer.by)
        : cutOff
          ? t.talk.cutOff
          : null;
  if (word === null) return null;
  const Icon = askedBy ? IconLifebuoy : transfer ? IconArrowForwardUp : IconPhoneCall;
  return (
    <Alert
      variant="default"
      mb="sm"
      icon={<Icon aria-hidden color="var(--rb-blue)" />}
      data-testid="how-it-came"
      data-reason={transfer?.reason}
    >
      {word}
    </Alert>
  );
}
