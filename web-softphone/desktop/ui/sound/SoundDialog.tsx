import { Switch } from '@mantine/core';
import { IconBell, IconEar, IconHeadphones, IconMicrophone } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Dialog } from '../common/Dialog.js';
import { useDesktop, useStore, useText } from '../hooks.js';
import { MicrophoneCheck } from '../shell/MicrophoneCheck.js';
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
          <MicrophoneCheck />
        </div>
      )}
    </Section>
  );
}

interface OutputProps {
  device: 'talkOutput' | 'ringOutput';
  volume: 'talkVolume' | 'ringVolume';
  label: string;
  onTry: () => void;
  tryLabel: string;
  'data-testid': string;
}

/** Where the talk or the ring is heard, and how loud. */
function Output({ device, volume, label, onTry, tryLabel, 'data-testid': testId }: OutputProps) {
  const t = useText();
  const { preferences, sound } = useDesktop();
  const { outputs } = useStore(sound.devices.there);
  const choices = useStore(preferences.sound);
  return (
    <>
      {sound.outputsChosen && (
        <DeviceSelect
          label={label}
          devices={outputs}
          unnamed={t.sound.unnamedOutput}
          chosen={choices[device]}
          onChoose={id => preferences.setSound({ [device]: id })}
          data-testid={testId}
        />
      )}
      <Volume
        label={t.sound.volume}
        percent={choices[volume]}
        onChange={percent => preferences.setSound({ [volume]: percent })}
        onTry={onTry}
        tryLabel={tryLabel}
        data-testid={`${testId}-volume`}
      />
    </>
  );
}

function TalkSection() {
  const t = useText();
  const { sound, tones } = useDesktop();
  return (
    <Section title={t.sound.talk} icon={<IconHeadphones size={18} aria-hidden />}>
      {!sound.outputsChosen && <p className={classes.hint}>{t.sound.systemOnly}</p>}
      <Output
        device="talkOutput"
        volume="talkVolume"
        label={t.sound.talkOn}
        onTry={() => tones.taken()}
        tryLabel={t.sound.tryTalk}
        data-testid="sound-talk"
      />
    </Section>
  );
}

function RingSection() {
  const t = useText();
  const { preferences, tones } = useDesktop();
  const ring = useStore(preferences.ring);
  return (
    <Section title={t.settings.ring} icon={<IconBell size={18} aria-hidden />}>
      <Switch
        label={t.sound.ringOn}
        checked={ring}
        onChange={event => preferences.setRing(event.currentTarget.checked)}
        data-testid="sound-ring-on"
      />
      <Output
        device="ringOutput"
        volume="ringVolume"
        label={t.sound.ringsOn}
        onTry={() => tones.ringOnce()}
        tryLabel={t.sound.tryRing}
        data-testid="sound-ring"
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
    <Dialog opened={opened} onClose={onClose} title={t.sound.title} size="md" data-testid="sound">
      <MicrophoneSection />
      <TalkSection />
      <Section title={t.echo.title} icon={<IconEar size={18} aria-hidden />}>
        <EchoTest userId={userId} />
      </Section>
      <RingSection />
    </Dialog>
  );
}
