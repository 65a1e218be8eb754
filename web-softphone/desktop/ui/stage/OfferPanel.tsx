import { Button } from '@mantine/core';
import { IconPhoneCall, IconX } from '@tabler/icons-react';
import type { Interaction } from '../../api/types.js';
import { Countdown } from '../common/Countdown.js';
import { KeyHint } from '../common/KeyHint.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { useAction, useDesktop, useShortcut, useStore, useText } from '../hooks.js';
import { ariaKeys, codeOf } from '../shortcut-keys.js';
import classes from './panel.module.css';

/** Take it or leave it, and how long there is to decide. */
export function OfferPanel({ interaction }: { interaction: Interaction }) {
  const t = useText();
  const { accept, decline, softphone } = useDesktop();
  const line = useStore(softphone.line);
  const { id, offeredAt, offerExpiresAt } = interaction;
  const accepting = useAction(accept, id);
  const declining = useAction(decline, id);
  const taken = accepting.pending || accepting.done;
  const automatic = interaction.autoAnswer && line === 'registered' && accepting.failure === null;
  const left = declining.pending || declining.done;
  const onAccept = () => void accept.run(id);
  const onDecline = () => void decline.run(id);
  useShortcut(codeOf('accept'), taken || left ? null : onAccept);
  useShortcut(codeOf('decline'), taken || left ? null : onDecline);

  return (
    <div className={classes.panel}>
      {offerExpiresAt && (
        <Countdown
          label={t.offer.expires}
          from={offeredAt}
          until={offerExpiresAt}
          describe={t.offer.seconds}
          data-testid="offer-countdown"
        />
      )}
      {automatic && (
        <p className={classes.word} data-tone="good" data-testid="offer-automatic">
          {t.offer.automatic}
        </p>
      )}
      <div className={classes.buttons}>
        <Button
          size="lg"
          color="leaf"
          leftSection={<IconPhoneCall size={22} aria-hidden />}
          loading={taken}
          disabled={left}
          aria-keyshortcuts={ariaKeys('accept')}
          onClick={onAccept}
          data-testid="offer-accept"
        >
          {t.offer.accept}
          <KeyHint shortcut="accept" />
        </Button>
        <Button
          size="md"
          variant="default"
          leftSection={<IconX size={18} aria-hidden />}
          loading={left}
          disabled={taken}
          aria-keyshortcuts={ariaKeys('decline')}
          onClick={onDecline}
          data-testid="offer-decline"
        >
          {t.offer.decline}
          <KeyHint shortcut="decline" />
        </Button>
      </div>
      {accepting.failure !== null && (
        <ProblemAlert title={t.offer.acceptFailed} failure={accepting.failure} onDismiss={accept.dismiss} />
      )}
      {declining.failure !== null && (
        <ProblemAlert title={t.offer.declineFailed} failure={declining.failure} onDismiss={decline.dismiss} />
      )}
    </div>
  );
}
