import { UnstyledButton } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { useDesktop, useText } from '../hooks.js';
import classes from './keypad.module.css';

export const keypadKeys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const;
export const keypadLetters: Readonly<Record<string, string>> = {
  '2': 'ABC',
  '3': 'DEF',
  '4': 'GHI',
  '5': 'JKL',
  '6': 'MNO',
  '7': 'PQRS',
  '8': 'TUV',
  '9': 'WXYZ',
};

/** Sends tones; by mouse, and by the digits of the keyboard while the focus is in it. */
export function Keypad() {
  const t = useText();
  const { softphone, tones } = useDesktop();
  const [sent, setSent] = useState('');
  const names: Readonly<Record<string, string>> = { '*': t.call.star, '#': t.call.pound };

  const press = (tone: string) => {
    softphone.sendTone(tone);
    tones.key(tone);
    setSent(before => (before + tone).slice(-24));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (!(keypadKeys as readonly string[]).includes(event.key)) return;
    event.preventDefault();
    press(event.key);
  };

  return (
    <fieldset className={classes.keypad} onKeyDown={onKeyDown}>
      <legend className={classes.legend}>{t.call.keypad}</legend>
      <output className={classes.sent} aria-label={t.call.keypadSent} data-testid="dtmf-sent">
        {sent}
      </output>
      <div className={classes.keys}>
        {keypadKeys.map((key, index) => (
          <UnstyledButton
            key={key}
            className={classes.key}
            aria-label={names[key]}
            data-letters={keypadLetters[key] ?? '\u00a0'}
            autoFocus={index === 0}
            onClick={() => press(key)}
            data-testid={`dtmf-${key}`}
          >
            {key}
          </UnstyledButton>
        ))}
      </div>
    </fieldset>
  );
}
