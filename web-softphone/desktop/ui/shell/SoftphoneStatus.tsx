import { Button, Popover, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconHeadset, IconHeadsetOff, IconMicrophone, IconMicrophoneOff } from '@tabler/icons-react';
import type { Me } from '../../api/types.js';
import type { LineState } from '../../softphone/line.js';
import type { MicrophoneState } from '../../softphone/microphone.js';
import { popoverLooks } from '../common/popover-looks.js';
import { useDesktop, useLasting, useStore, useText } from '../hooks.js';
import { MicrophoneCheck } from './MicrophoneCheck.js';
import classes from './softphone-status.module.css';

type Health = 'good' | 'busy' | 'bad';

const lineHealth: Readonly<Record<LineState, Health>> = {
  off: 'busy',
  elsewhere: 'bad',
  preparing: 'busy',
  connecting: 'busy',
  registering: 'busy',
  registered: 'good',
  reconnecting: 'bad',
  refused: 'bad',
};

const microphoneHealth: Readonly<Record<MicrophoneState, Health>> = {
  unknown: 'busy',
  asking: 'busy',
  granted: 'good',
  denied: 'bad',
  missing: 'bad',
  in_use: 'bad',
  insecure: 'bad',
};

/** Whether a call could reach this browser and be spoken in; with the why and the way out. */
export function SoftphoneStatus({ me, onSound }: { me: Me; onSound: () => void }) {
  const t = useText();
  const { softphone, microphone } = useDesktop();
  const line = useStore(softphone.line);
  const [opened, popover] = useDisclosure(false);
  const hearing = useStore(microphone.state);
  // Both sides learn of a registration at different moments: only a lasting difference is one.
  const unseen = useLasting(line === 'registered' && me.softphone === 'unregistered', 4_000);
  const noMicrophone = microphoneHealth[hearing] === 'bad';
  const health: Health = noMicrophone || unseen ? 'bad' : lineHealth[line];
  const label = noMicrophone && line === 'registered' ? t.softphone.noMicrophone : t.softphone[line];
  const Icon = health === 'bad' ? IconHeadsetOff : IconHeadset;

  return (
    <Popover opened={opened} onDismiss={popover.close} position="bottom-end" {...popoverLooks}>
      <Popover.Target>
        <UnstyledButton
          className={classes.chip}
          data-health={health}
          data-line={line}
          onClick={popover.toggle}
          data-testid="softphone-state"
          aria-label={`${t.softphone.label}: ${label}`}
        >
          <Icon size={20} aria-hidden />
          <span className={classes.label}>{label}</span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={t.softphone.label}>
        <Stack gap="sm">
          <section>
            <h2 className={classes.heading} data-health={unseen ? 'bad' : lineHealth[line]}>
              <IconHeadset size={18} aria-hidden />
              {t.softphone.label}: {t.softphone[line]}
            </h2>
            <Text size="sm">{unseen ? t.softphone.explain.serverUnsure : t.softphone.explain[line]}</Text>
            {(line === 'refused' || line === 'reconnecting') && (
              <Button mt="xs" size="xs" variant="default" onClick={() => softphone.retry()}>
                {t.softphone.reconnectNow}
              </Button>
            )}
          </section>
          <section>
            <h2 className={classes.heading} data-health={microphoneHealth[hearing]}>
              {noMicrophone ? (
                <IconMicrophoneOff size={18} aria-hidden />
              ) : (
                <IconMicrophone size={18} aria-hidden />
              )}
              {t.softphone.microphone}: {t.softphone.microphoneStates[hearing]}
            </h2>
            <Text size="sm">{t.softphone.microphoneHelp[hearing]}</Text>
            <MicrophoneCheck />
            <Button
              mt="xs"
              size="xs"
              variant="default"
              aria-haspopup="dialog"
              onClick={() => {
                popover.close();
                onSound();
              }}
            >
              {t.sound.title}
            </Button>
          </section>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
