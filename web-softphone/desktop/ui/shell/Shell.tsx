import { UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDialpad } from '@tabler/icons-react';
import { useState } from 'react';
import type { Me } from '../../api/types.js';
import { Brand } from '../common/Brand.js';
import { KeyHint } from '../common/KeyHint.js';
import { DialDialog } from '../dial/DialDialog.js';
import { WallboardPage, wallboardPath } from '../floor/WallboardPage.js';
import { useDesktop, useShortcut, useStore, useText } from '../hooks.js';
import { InteractionPane } from '../recent/InteractionPane.js';
import { RecentList } from '../recent/RecentList.js';
import { ariaKeys, codeOf } from '../shortcut-keys.js';
import { SoundDialog } from '../sound/SoundDialog.js';
import { Stage } from '../stage/Stage.js';
import { VoicemailLink, VoicemailPage, voicemailPath } from '../voicemail/VoicemailPage.js';
import { Administration, isAdminPath, PlaceSwitch, WaitingDesk } from './Administration.js';
import { AgentStateControl } from './AgentStateControl.js';
import { ConnectionBanner } from './ConnectionBanner.js';
import { SettingsMenu } from './SettingsMenu.js';
import { ShortcutList } from './ShortcutList.js';
import { SoftphoneStatus } from './SoftphoneStatus.js';
import classes from './shell.module.css';
import { useNotices } from './use-notices.js';

/** The desk of somebody who is signed in. `account` is who, until the first word of the live socket. */
export function Shell({ account }: { account: Me }) {
  const t = useText();
  const { view, route, dialer } = useDesktop();
  const path = useStore(route.path);
  const desk = useStore(view.desk);
  const me = desk?.me ?? account;
  const [shown, setShown] = useState<string | null>(null);
  const [help, showHelp] = useDisclosure(false);
  const [sound, showSound] = useDisclosure(false);
  const onWall = path === wallboardPath && me.role !== 'agent';
  useNotices();
  useShortcut(codeOf('help'), showHelp.toggle);
  useShortcut(codeOf('dial'), () => dialer.open());

  return (
    <div className={classes.page}>
      <a className={classes.skip} href="#stage">
        {isAdminPath(path) ? t.admin.skip : t.skipToMain}
      </a>
      <header className={classes.header} hidden={onWall}>
        <div className={classes.brand}>
          <Brand size={32} />
          <div className={classes.names}>
            <h1 className={classes.product}>
              {t.product} <VisuallyHidden>{t.heading}</VisuallyHidden>
            </h1>
            <span className={classes.tenant}>{me.tenant.name}</span>
          </div>
        </div>
        <AgentStateControl me={me} />
        <div className={classes.tools}>
          {me.role !== 'agent' && <PlaceSwitch administration={isAdminPath(path)} />}
          <UnstyledButton
            className={classes.tool}
            aria-keyshortcuts={ariaKeys('dial')}
            onClick={() => dialer.open()}
            data-testid="dial-open"
          >
            <IconDialpad size={20} aria-hidden />
            <span className={classes.toolName}>{t.dial.call}</span>
            <span className={classes.keys}>
              <KeyHint shortcut="dial" />
            </span>
          </UnstyledButton>
          <VoicemailLink className={classes.tool} nameClass={classes.toolName} />
          <SoftphoneStatus me={me} onSound={showSound.open} />
          <SettingsMenu me={me} onSound={showSound.open} onShortcuts={showHelp.open} />
        </div>
      </header>
      <ConnectionBanner />
      {(isAdminPath(path) || onWall || path === voicemailPath) && <WaitingDesk desk={desk} />}
      {isAdminPath(path) ? (
        <Administration me={me} />
      ) : onWall ? (
        <WallboardPage me={me} />
      ) : (
        <div className={classes.columns}>
          <main id="stage" tabIndex={-1} className={classes.stage}>
            {path === voicemailPath ? <VoicemailPage me={me} /> : <Stage me={me} desk={desk} />}
          </main>
          <RecentList desk={desk} me={me} hidden={shown !== null} onOpen={setShown} />
          {shown !== null && <InteractionPane id={shown} me={me} onClose={() => setShown(null)} />}
        </div>
      )}
      <DialDialog me={me} />
      <SoundDialog userId={me.id} opened={sound} onClose={showSound.close} />
      <ShortcutList opened={help} onClose={showHelp.close} />
    </div>
  );
}
