import {
  Button,
  Loader,
  localStorageColorSchemeManager,
  MantineProvider,
  Stack,
  Text,
  Title,
  VisuallyHidden,
} from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { IconPlugConnectedX } from '@tabler/icons-react';
import type { Desktop } from '../desktop.js';
import classes from './app.module.css';
import { DesktopContext, useDesktop, useStore, useText } from './hooks.js';
import { InvitationPage } from './login/InvitationPage.js';
import { LoginPage } from './login/LoginPage.js';
import { problemText } from './problem-text.js';
import { Shell } from './shell/Shell.js';
import { resolveVariables, theme } from './theme.js';

const colorSchemeManager = localStorageColorSchemeManager({ key: 'ringbridge.appearance' });

function Page() {
  const t = useText();
  const { session, route } = useDesktop();
  const state = useStore(session.state);
  if (useStore(route.path) === '/desktop/invitation') return <InvitationPage />;
  switch (state.phase) {
    case 'starting':
      return (
        <main className={classes.centre} aria-busy>
          <div role="status">
            <VisuallyHidden>
              <h1>{t.product}</h1>
              {t.loading}
            </VisuallyHidden>
            <Loader />
          </div>
        </main>
      );
    case 'unreachable':
      return (
        <main className={classes.centre}>
          <Stack align="center" maw="28rem" ta="center" gap="sm" role="alert">
            <IconPlugConnectedX size={48} stroke={1.5} color="var(--rb-muted)" aria-hidden />
            <Title order={1} size="h3">
              {t.link.unreachable}
            </Title>
            <Text c="dimmed">{problemText(state.failure, t)}</Text>
            <Button onClick={() => void session.resume()}>{t.tryAgain}</Button>
          </Stack>
        </main>
      );
    case 'signed_out':
      return <LoginPage ended={state.ended} />;
    case 'signed_in':
      return <Shell key={state.me.id} account={state.me} />;
  }
}

export function App({ desktop }: { desktop: Desktop }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={resolveVariables}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemeManager}
    >
      <DesktopContext value={desktop}>
        <Page />
        <Notifications position="bottom-right" limit={3} />
      </DesktopContext>
    </MantineProvider>
  );
}
