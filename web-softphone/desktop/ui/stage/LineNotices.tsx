import { Alert, Button } from '@mantine/core';
import { IconBrowserOff, IconMicrophoneOff, IconPhoneOff, IconVolumeOff } from '@tabler/icons-react';
import type { Interaction, Me } from '../../api/types.js';
import { MicrophoneError } from '../../softphone/microphone.js';
import { useAction, useDesktop, useLasting, useStore, useText } from '../hooks.js';

const inCall: ReadonlySet<string> = new Set(['accepted', 'dialing', 'bridged']);

/** What stands between the agent and a conversation that can be heard. */
export function LineNotices({ me, current }: { me: Me; current: Interaction | null }) {
  const t = useText();
  const { softphone, microphone, speaker, setState, accept } = useDesktop();
  const call = useStore(softphone.call);
  const hearing = useStore(microphone.state);
  const silent = useStore(speaker.blocked);
  const goingReady = useAction(setState, 'ready');
  const accepting = useAction(accept, current?.id);
  const notHere = useLasting(current !== null && inCall.has(current.state) && call.phase === 'idle', 4_000);
  const away = current !== null && current.agentAwayUntil !== null;
  const noMicrophone =
    hearing === 'asking' ||
    hearing === 'denied' ||
    hearing === 'missing' ||
    hearing === 'in_use' ||
    hearing === 'insecure';
  // Beside the button that did not work there is the same sentence.
  const told = current !== null && accepting.failure instanceof MicrophoneError;
  const wanted =
    !told &&
    (me.nextState === 'ready' || goingReady.failure instanceof MicrophoneError || hearing === 'asking');

  return (
    <>
      {noMicrophone && wanted && (
        <Alert
          variant="default"
          role="alert"
          icon={<IconMicrophoneOff aria-hidden color="var(--rb-red)" />}
          title={hearing === 'asking' ? t.softphone.microphoneStates.asking : t.softphone.noMicrophone}
          data-testid="microphone-problem"
          data-microphone={hearing}
        >
          {t.softphone.microphoneHelp[hearing]}
          {hearing !== 'insecure' && hearing !== 'asking' && (
            <div>
              {/* What went wrong is the microphone's state, shown here. */}
              <Button
                mt="xs"
                size="xs"
                variant="default"
                onClick={() => void microphone.ensure().catch(() => undefined)}
              >
                {t.softphone.checkMicrophone}
              </Button>
            </div>
          )}
        </Alert>
      )}
      {silent && (
        <Alert variant="default" role="alert" icon={<IconVolumeOff aria-hidden color="var(--rb-red)" />}>
          {t.softphone.soundBlocked}
          <div>
            <Button mt="xs" size="xs" onClick={() => void speaker.play()}>
              {t.softphone.turnSoundOn}
            </Button>
          </div>
        </Alert>
      )}
      {away && (
        <Alert
          variant="default"
          role="status"
          icon={<IconPhoneOff aria-hidden color="var(--rb-amber)" />}
          title={t.softphone.away}
          data-testid="line-away"
        >
          {t.softphone.awayHelp}
        </Alert>
      )}
      {current !== null && current.customerAwayUntil !== null && (
        <Alert
          variant="default"
          role="status"
          icon={<IconBrowserOff aria-hidden color="var(--rb-amber)" />}
          title={t.softphone.customerAway}
          data-testid="customer-away"
        >
          {t.softphone.customerAwayHelp}
        </Alert>
      )}
      {notHere && !away && (
        <Alert
          variant="default"
          role="status"
          icon={<IconPhoneOff aria-hidden color="var(--rb-amber)" />}
          title={t.softphone.notHere}
        >
          {t.softphone.notHereHelp}
        </Alert>
      )}
      {call.mediaFailed && (
        <Alert
          variant="default"
          role="alert"
          icon={<IconVolumeOff aria-hidden color="var(--rb-red)" />}
          title={t.softphone.mediaFailed}
        >
          {t.softphone.mediaFailedHelp}
        </Alert>
      )}
    </>
  );
}
