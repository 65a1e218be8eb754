import { Button, Divider, Popover, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconKeyboard, IconLogout, IconSettings, IconVolume } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { Me } from '../../api/types.js';
import { popoverLooks } from '../common/popover-looks.js';
import { useAction, useDesktop, useText } from '../hooks.js';
import { problemText } from '../problem-text.js';
import { ariaKeys } from '../shortcut-keys.js';
import { AppearanceChoice, LanguageSwitch } from './Choices.js';
import classes from './settings-menu.module.css';

interface SettingsMenuProps {
  me: Me;
  onSound: () => void;
  onShortcuts: () => void;
}

export function SettingsMenu({ me, onSound, onShortcuts }: SettingsMenuProps) {
  const t = useText();
  const { signOut } = useDesktop();
  const { pending, failure } = useAction(signOut, me.id);
  const [opened, menu] = useDisclosure(false);
  const leadTo = (open: () => void) => () => {
    menu.close();
    open();
  };

  useEffect(() => {
    if (failure === null) return;
    notifications.show({
      id: 'sign-out',
      color: 'rose',
      message: problemText(failure, t),
      closeButtonProps: { 'aria-label': t.dismiss },
    });
    signOut.dismiss();
  }, [failure, signOut, t]);

  return (
    <Popover opened={opened} onDismiss={menu.close} position="bottom-end" {...popoverLooks}>
      <Popover.Target>
        <UnstyledButton
          className={classes.button}
          aria-label={`${me.name}: ${t.settings.menu}`}
          onClick={menu.toggle}
          data-testid="settings"
        >
          <span className={classes.name}>{me.name}</span>
          <IconSettings size={20} aria-hidden />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={t.settings.menu}>
        <Stack gap="sm">
          <div>
            <Text fw={600}>{me.name}</Text>
            <Text size="sm" c="dimmed">
              {me.email}
            </Text>
          </div>
          <div>
            <Text size="sm" mb={4} aria-hidden>
              {t.settings.language}
            </Text>
            <LanguageSwitch />
          </div>
          <div>
            <Text size="sm" mb={4} aria-hidden>
              {t.settings.appearance}
            </Text>
            <AppearanceChoice />
          </div>
          <Divider />
          <Button
            variant="subtle"
            color="gray"
            justify="flex-start"
            className={classes.item}
            leftSection={<IconVolume size={18} aria-hidden />}
            aria-haspopup="dialog"
            onClick={leadTo(onSound)}
            data-testid="sound-open"
          >
            {t.sound.title}
          </Button>
          <Button
            variant="subtle"
            color="gray"
            justify="flex-start"
            className={classes.item}
            leftSection={<IconKeyboard size={18} aria-hidden />}
            aria-keyshortcuts={ariaKeys('help')}
            onClick={leadTo(onShortcuts)}
          >
            {t.settings.shortcuts}
          </Button>
          <Button
            variant="subtle"
            color="gray"
            justify="flex-start"
            className={classes.item}
            leftSection={<IconLogout size={18} aria-hidden />}
            loading={pending}
            onClick={() => void signOut.run(me.id)}
            data-testid="sign-out"
          >
            {t.login.signOut}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
