import { UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconPhoneOutgoing } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useDesktop, usePhone, useStore, useText } from '../hooks.js';
import classes from './phone-number.module.css';

/** A number that opens the dialler when it is clicked on. */
function Callable({ e164, children }: { e164: string; children: ReactNode }) {
  const t = useText();
  const { dialer } = useDesktop();
  return (
    <UnstyledButton
      className={classes.number}
      title={t.dial.callThis}
      onClick={() => dialer.open(e164)}
      data-testid="callable-number"
      data-phone={e164}
    >
      <VisuallyHidden>{t.dial.callThis}: </VisuallyHidden>
      {children}
      <IconPhoneOutgoing size={14} aria-hidden className={classes.icon} />
    </UnstyledButton>
  );
}

interface PhoneNumberProps {
  e164: string | null;
  home: string | undefined;
  /** Of the interaction whose customer it is. */
  channel: string;
}

/**
 * A number (E.164) as people of `home` write it, to be called by a click; who has none talks in his browser, or calls and
 * withholds it.
 */
export function PhoneNumber({ e164, home, channel }: PhoneNumberProps) {
  const shown = usePhone(e164, home, channel);
  return e164 === null ? shown : <Callable e164={e164}>{shown}</Callable>;
}

/** What somebody has written, with every number in it to be called by a click. */
export function TextWithNumbers({ text, home }: { text: string; home: string | undefined }) {
  const { find } = useStore(useDesktop().phones.knowledge);
  let at = 0;
  return (
    <>
      {find(text, home).map(piece => {
        const key = at;
        at += piece.text.length;
        return piece.e164 === null ? (
          <span key={key}>{piece.text}</span>
        ) : (
          <Callable key={key} e164={piece.e164}>
            {piece.text}
          </Callable>
        );
      })}
    </>
  );
}
