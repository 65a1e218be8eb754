import { Button, Modal, Switch } from '@mantine/core';
import { IconBell, IconEar, IconHeadphones, IconMicrophone } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import head from '../common/panel-head.module.css';
import { useDesktop, useStore, useText } from '../hooks.js';
import { EchoTest } from './EchoTest.js';
import { DeviceSelect, Volume } from './fields.js';
import { LevelMeter } from './LevelMeter.js';
import classes from './sound.module.css';
import { useLevel } from './use-level.js';

function Section({ title, icon, children }: { title: string; icon: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <h3 className={classes.heading}>
        {icon}
        {title}
      </h3>
      {children}
    </section>
  );
}

function MicrophoneSection() {
  const t = useText();
  const { preferences, sound, microphone } = useDesktop();
  const { microphones } = useStore(sound.devices.there);
  const choices = useStore(preferences.sound);
  const hearing = useStore(microphone.state);
  const through = useStore(sound.through);
  const listening = useLevel(through, hearing === 'granted');
  return (
    <Section title={t.softphone.microphone} icon={<IconMicrophone size={18} aria-hidden />}>
      <DeviceSelect
        label={t.sound.speakInto}
        devices={microphones}
        unnamed={t.sound.unnamedMicrophone}
        chosen={choices.microphone}
        onChoose={id => preferences.setSound({ microphone: id })}
        data-testid="sound-microphone"
      />
      {hearing === 'granted' ? (
        <LevelMeter {...listening} />
      ) : (
        <div>
          <p className={classes.hint}>{t.softphone.microphoneHelp[hearing]}</p>
          {hearing !== 'insecure' && (
            <Button
              mt="xs"
              size="xs"
              variant="default"
              loading={hearing === 'asking'}
              // What went wrong is the microphone's state, shown above.
              onClick={() => void microphone.ensure().catch(() => undefined)}
            >
              {t.softphone.checkMicrophone}
            </Button>
          )}
        </div>
      )}
    </Section>
  );
}

function TalkSection() {
  const t = useText();
  const { preferences, sound, tones } = useDesktop();
  const { outputs } = useStore(sound.devices.there);
  const choices = useStore(preferences.sound);
  return (
    <Section title={t.sound.talk} icon={<IconHeadphones size={18} aria-hidden />}>
      {sound.outputsChosen ? (
        <DeviceSelect
          label={t.sound.talkOn}
          devices={outputs}
          unnamed={t.sound.unnamedOutput}
          chosen={choices.talkOutput}
          onChoose={id => preferences.setSound({ talkOutput: id })}
          data-testid="sound-talk"
        />
      ) : (
        <p className={classes.hint}>{t.sound.systemOnly}</p>
      )}
      <Volume
        label={t.sound.volume}
        percent={choices.talkVolume}
        onChange={talkVolume => preferences.setSound({ talkVolume })}
        onTry={() => tones.taken()}
        tryLabel={t.sound.tryTalk}
        data-testid="sound-talk-volume"
      />
    </Section>
  );
}

function RingSection() {
  const t = useText();
  const { preferences, sound, tones } = useDesktop();
  const { outputs } = useStore(sound.devices.there);
  const choices = useStore(preferences.sound);
  const ring = useStore(preferences.ring);
  return (
    <Section title={t.settings.ring} icon={<IconBell size={18} aria-hidden />}>
      <Switch
        label={t.sound.ringOn}
        checked={ring}
        onChange={event => preferences.setRing(event.currentTarget.checked)}
        data-testid="sound-ring-on"
      />
      {sound.outputsChosen && (
        <DeviceSelect
          label={t.sound.ringsOn}
          devices={outputs}
          unnamed={t.sound.unnamedOutput}
          chosen={choices.ringOutput}
          onChoose={id => preferences.setSound({ ringOutput: id })}
          data-testid="sound-ring"
        />
      )}
      <Volume
        label={t.sound.volume}
        percent={choices.ringVolume}
        onChange={ringVolume => preferences.setSound({ ringVolume })}
        onTry={() => tones.ringOnce()}
        tryLabel={t.sound.tryRing}
        data-testid="sound-ring-volume"
      />
    </Section>
  );
}

interface SoundDialogProps {
  userId: string;
  opened: boolean;
  onClose: () => void;
}

/** Through what the agent speaks and hears, tried while it is chosen. */
export function SoundDialog({ userId, opened, onClose }: SoundDialogProps) {
  const t = useText();
  return (
    <Modal.Root opened={opened} onClose={onClose} centered size="md">
      <Modal.Overlay />
      <Modal.Content data-testid="sound">
        <div className={head.head}>
          <Modal.Title>{t.sound.title}</Modal.Title>
          <Modal.CloseButton aria-label={t.close} />
        </div>
        <Modal.Body>
          <MicrophoneSection />
          <TalkSection />
          <Section title={t.echo.title} icon={<IconEar size={18} aria-hidden />}>
            <EchoTest userId={userId} />
          </Section>
          <RingSection />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
