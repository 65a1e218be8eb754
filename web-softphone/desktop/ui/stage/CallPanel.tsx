import { Button } from '@mantine/core';
import { IconPhoneX } from '@tabler/icons-react';
import type { Interaction, Me } from '../../api/types.js';
import type { Dictionary } from '../../i18n/en.js';
import { Elapsed } from '../common/Elapsed.js';
import { KeyHint } from '../common/KeyHint.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { useAction, useDesktop, useShortcut, useStore, useText } from '../hooks.js';
import { ariaKeys, codeOf } from '../shortcut-keys.js';
import { Parties } from '../talk/Parties.js';
import { CallControls } from './CallControls.js';
import { CallSteps } from './CallSteps.js';
import { LineMeter } from './LineMeter.js';
import classes from './panel.module.css';
import { type Hold, useHold } from './use-hold.js';

interface Status {
  word: string;
  tone: 'plain' | 'good' | 'warn';
}

function statusOf(interaction: Interaction, hold: Hold['state'], t: Dictionary): Status {
  const { status } = t.call;
  if (interaction.state === 'bridged') {
    if (interaction.agentAwayUntil) return { word: status.away, tone: 'warn' };
    if (interaction.customerAwayUntil) return { word: status.customerAway, tone: 'warn' };
    if (hold !== 'none') return { word: status[hold], tone: 'warn' };
    if (interaction.with === 'colleague') return { word: status.bridged, tone: 'good' };
    if (interaction.askedBy) return { word: t.talk.with(interaction.askedBy.name), tone: 'good' };
    const apart = interaction.parties.find(({ state }) => state === 'consulting');
    if (apart) return { word: t.talk.customerWaits, tone: 'warn' };
    return { word: status.bridged, tone: 'good' };
  }
  if (interaction.confirming) return { word: status.confirming, tone: 'plain' };
  if (interaction.state !== 'dialing') return { word: status.accepted, tone: 'plain' };
  return { word: interaction.with === 'colleague' ? t.dial.callingColleague : status.dialing, tone: 'plain' };
}

/** The call while it lives: how far it is, and what may be done with it. */
export function CallPanel({ interaction, me }: { interaction: Interaction; me: Me }) {
  const t = useText();
  const { softphone, hangUp } = useDesktop();
  const call = useStore(softphone.call);
  const hangingUp = useAction(hangUp, interaction.id);
  const onHangUp = () => void hangUp.run(interaction.id);
  useShortcut(codeOf('hangUp'), hangingUp.pending ? null : onHangUp);
  const hold = useHold(interaction);
  const { word, tone } = statusOf(interaction, hold.state, t);
  const since = interaction.bridgedAt ?? interaction.dialedAt ?? interaction.acceptedAt;

  return (
    <div className={classes.panel}>
      <div
        className={classes.status}
        data-testid="call-state"
        data-state={interaction.state}
        data-confirming={interaction.confirming}
        data-call={call.phase}
        data-muted={call.muted}
        data-hold={hold.state}
        data-away={interaction.agentAwayUntil !== null}
        data-customer-away={interaction.customerAwayUntil !== null}
      >
        {since && <Elapsed className={classes.clock} since={since} />}
        <p className={classes.word} data-tone={tone} role="status">
          {word}
          {interaction.heldSince !== null && (
            <span aria-hidden>
              {' '}
              <Elapsed since={interaction.heldSince} />
            </span>
          )}
        </p>
      </div>
      {interaction.state !== 'bridged' && interaction.partOf === null && (
        <CallSteps interaction={interaction} phase={call.phase} />
      )}
      {interaction.state === 'bridged' && <LineMeter interaction={interaction} />}
      <CallControls interaction={interaction} />
      <Parties interaction={interaction} country={me.tenant.countries[0]} />
      <Button
        size="lg"
        color="rose"
        leftSection={<IconPhoneX size={22} aria-hidden />}
        loading={hangingUp.pending}
        aria-keyshortcuts={ariaKeys('hangUp')}
        onClick={onHangUp}
        data-testid="call-hangup"
      >
        {t.call.hangUp}
        <KeyHint shortcut="hangUp" />
      </Button>
      {hangingUp.failure !== null && (
        <ProblemAlert title={t.call.hangUpFailed} failure={hangingUp.failure} onRetry={onHangUp} />
      )}
    </div>
  );
}
