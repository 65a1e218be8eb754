import { Alert } from '@mantine/core';
import { IconArrowForwardUp, IconLifebuoy } from '@tabler/icons-react';
import type { Interaction } from '../../api/types.js';
import { wordFor } from '../../i18n/word.js';
import { useText } from '../hooks.js';

/** Whose help is asked for, who has passed the customer on, or why he is back. */
export function HowItCame({ interaction }: { interaction: Interaction }) {
  const t = useText();
  const { askedBy, transfer, state } = interaction;
  if (state === 'wrap_up' || interaction.with === 'colleague') return null;
  const word = askedBy
    ? t.talk.helps(askedBy.name)
    : transfer?.reason
      ? t.talk.cameBack(transfer.to, wordFor(t.talk.reasons, transfer.reason))
      : transfer?.by
        ? t.talk.passedOn(transfer.by)
        : null;
  if (word === null) return null;
  const Icon = askedBy ? IconLifebuoy : IconArrowForwardUp;
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
