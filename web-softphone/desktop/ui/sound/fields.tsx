import { Button, NativeSelect } from '@mantine/core';
import { IconVolume } from '@tabler/icons-react';
import { useId } from 'react';
import type { SoundDevice } from '../../softphone/sound-devices.js';
import { useText } from '../hooks.js';
import classes from './sound.module.css';

interface DeviceSelectProps {
  label: string;
  devices: readonly SoundDevice[];
  /** What one without a name is called. */
  unnamed: (number: number) => string;
  chosen: string;
  onChoose: (id: string) => void;
  'data-testid': string;
}

/** Which device, among them one that was chosen and is not plugged in now. */
export function DeviceSelect({ label, devices, unnamed, chosen, onChoose, ...rest }: DeviceSelectProps) {
  const t = useText();
  const gone = chosen !== '' && devices.length > 0 && !devices.some(({ id }) => id === chosen);
  return (
    <NativeSelect
      label={label}
      value={chosen}
      onChange={event => onChoose(event.currentTarget.value)}
      description={gone ? t.sound.gone : undefined}
      inputWrapperOrder={['label', 'input', 'description']}
      data={[
        { value: '', label: t.sound.system },
        ...devices.map(({ id, name }, index) => ({ value: id, label: name || unnamed(index + 1) })),
        ...(gone ? [{ value: chosen, label: t.sound.unplugged }] : []),
      ]}
      {...rest}
    />
  );
}

interface VolumeProps {
  label: string;
  percent: number;
  onChange: (percent: number) => void;
  onTry: () => void;
  tryLabel: string;
  'data-testid': string;
}

/** How loud, with what it sounds like. */
export function Volume({ label, percent, onChange, onTry, tryLabel, ...rest }: VolumeProps) {
  const t = useText();
  const id = useId();
  return (
    <div>
      <label className={classes.label} htmlFor={id}>
        {label}
      </label>
      <div className={classes.volume}>
        <input
          id={id}
          className={classes.range}
          type="range"
          min={0}
          max={100}
          step={5}
          value={percent}
          aria-valuetext={`${percent} %`}
          onChange={event => onChange(event.currentTarget.valueAsNumber)}
          {...rest}
        />
        <output className={classes.percent} htmlFor={id}>
          {percent} %
        </output>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconVolume size={16} aria-hidden />}
          aria-label={tryLabel}
          onClick={onTry}
          data-testid={`${rest['data-testid']}-try`}
        >
          {t.sound.try}
        </Button>
      </div>
    </div>
  );
}
