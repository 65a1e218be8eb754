import { Button, Divider, Popover, Stack, Switch, Text, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconKeyboard, IconLogout, IconSettings } from '@tabler/icons-react';
import { useEffect } from 'react';
import type { Me } from '../../api/types.js';
import { useAction, useDesktop, useStore, useText } from '../hooks.js';
import { problemText } from '../problem-text.js';
import { ariaKeys } from '../shortcut-keys.js';
import { AppearanceChoice, LanguageSwitch } from './Choices.js';
import classes from './settings-menu.module.css';

export function SettingsMenu({ me, onShortcuts }: { me: Me; onShortcuts: () => void }) {
  const t = useText();
  const { preferences, signOut } = useDesktop();
  const ring = useStore(preferences.ring);
  const { pending, failure } = useAction(signOut, me.id);

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
    <Popover position="bottom-end" width="20rem" trapFocus returnFocus withArrow withinPortal shadow="md">
      <Popover.Target>
        <UnstyledButton
          className={classes.button}
          aria-label={`${me.name}: ${t.settings.menu}`}
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
          <Switch
            label={t.settings.ring}
            checked={ring}
            onChange={event => preferences.setRing(event.currentTarget.checked)}
          />
          <Divider />
          <Button
            variant="subtle"
            color="gray"
            justify="flex-start"
            className={classes.item}
            leftSection={<IconKeyboard size={18} aria-hidden />}
            aria-keyshortcuts={ariaKeys('help')}
            onClick={onShortcuts}
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
