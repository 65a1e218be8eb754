import { Button } from '@mantine/core';
import { useDesktop, useStore, useText } from '../hooks.js';

/** The way to a microphone that may be used; nothing where it may be already, or never. */
export function MicrophoneCheck() {
  const t = useText();
  const { microphone } = useDesktop();
  const hearing = useStore(microphone.state);
  if (hearing === 'granted' || hearing === 'insecure') return null;
  return (
    <Button
      mt="xs"
      size="xs"
      variant="default"
      loading={hearing === 'asking'}
      // What went wrong is the microphone's state, which is shown beside it.
      onClick={() => void microphone.ensure().catch(() => undefined)}
    >
      {t.softphone.checkMicrophone}
    </Button>
  );
}
