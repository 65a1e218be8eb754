import { UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneOutgoing,
  IconPlayerPause,
  IconPlayerPlay,
} from '@tabler/icons-react';
import type { Interaction } from '../../api/types.js';
import { isUp } from '../../softphone/call.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { useDesktop, useShortcut, useStore, useText } from '../hooks.js';
import { ariaKeys, codeOf } from '../shortcut-keys.js';
import { TransferDialog } from '../talk/TransferDialog.js';
import { Keypad } from './Keypad.js';
import classes from './panel.module.css';
import { useHold } from './use-hold.js';

/** Mute, hold, keypad: each shows what is so, not what was asked for. */
export function CallControls({ interaction }: { interaction: Interaction }) {
  const t = useText();
  const { softphone, hold: holding } = useDesktop();
  const call = useStore(softphone.call);
  const [keypad, setKeypad] = useDisclosure(false);
  const [passing, setPassing] = useDisclosure(false);
  const bridged = interaction.state === 'bridged';
  const mayPass =
    bridged && interaction.partOf === null && interaction.with === 'customer' && isUp(call.phase);
  const up = isUp(call.phase);
  const hold = useHold(interaction);
  const held = hold.state === 'held' || hold.state === 'resuming';
  const onMute = () => softphone.setMuted(!call.muted);
  useShortcut(codeOf('mute'), up ? onMute : null);
  useShortcut(codeOf('hold'), hold.toggle);
  useShortcut(codeOf('keypad'), up ? setKeypad.toggle : null);
  useShortcut(codeOf('transfer'), mayPass ? setPassing.open : null);

  return (
    <>
      <div className={classes.controls}>
        <UnstyledButton
          className={classes.control}
          disabled={!up}
          aria-pressed={call.muted}
          aria-keyshortcuts={ariaKeys('mute')}
          onClick={onMute}
          data-testid="call-mute"
        >
          {call.muted ? (
            <IconMicrophoneOff size={22} aria-hidden />
          ) : (
            <IconMicrophone size={22} aria-hidden />
          )}
          {t.call.mute}
        </UnstyledButton>
        <UnstyledButton
          className={classes.control}
          disabled={hold.toggle === null}
          data-on={held}
          aria-busy={hold.state === 'holding' || hold.state === 'resuming'}
          aria-keyshortcuts={ariaKeys('hold')}
          onClick={() => hold.toggle?.()}
          data-testid="call-hold"
        >
          {held ? <IconPlayerPlay size={22} aria-hidden /> : <IconPlayerPause size={22} aria-hidden />}
          {held ? t.call.resume : t.call.hold}
        </UnstyledButton>
        <UnstyledButton
          className={classes.control}
          disabled={!up}
          aria-expanded={keypad}
          aria-keyshortcuts={ariaKeys('keypad')}
          onClick={setKeypad.toggle}
          data-testid="call-dtmf"
        >
          <IconDialpad size={22} aria-hidden />
          {t.call.keypad}
        </UnstyledButton>
        <UnstyledButton
          className={classes.control}
          disabled={!mayPass}
          aria-haspopup="dialog"
          aria-keyshortcuts={ariaKeys('transfer')}
          onClick={setPassing.open}
          data-testid="call-transfer"
        >
          <IconPhoneOutgoing size={22} aria-hidden />
          {t.talk.transfer}
        </UnstyledButton>
      </div>
      {keypad && up && <Keypad />}
      <TransferDialog interactionId={interaction.id} opened={passing && mayPass} onClose={setPassing.close} />
      {interaction.heldByPhone && hold.toggle === null && (
        <p className={classes.hint}>{t.call.heldByPhone}</p>
      )}
      {hold.failure !== null && (
        <ProblemAlert
          title={held ? t.call.resumeFailed : t.call.holdFailed}
          failure={hold.failure}
          onDismiss={holding.dismiss}
        />
      )}
      {call.muted && (
        <p className={classes.word} data-tone="warn">
          {t.call.muted}
        </p>
      )}
    </>
  );
}
