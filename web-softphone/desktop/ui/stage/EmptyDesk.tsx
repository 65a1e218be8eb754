import { Button } from '@mantine/core';
import {
  IconCoffee,
  IconHeadsetOff,
  IconPhoneCall,
  IconPhoneOff,
  IconPlayerPlay,
  IconUsers,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Me } from '../../api/types.js';
import type { Dictionary } from '../../i18n/en.js';
import { wordFor } from '../../i18n/word.js';
import { useAction, useDesktop, useLasting, useStore, useText } from '../hooks.js';
import classes from './empty-desk.module.css';

interface Scene {
  tone: 'ready' | 'paused' | 'offline' | 'warning';
  icon: ComponentType<{ size: number; stroke: number; 'aria-hidden': boolean }>;
  title: string;
  text: string;
}

function sceneOf(me: Me, reachable: boolean, t: Dictionary): Scene {
  const { empty } = t;
  if (me.state === 'ready') {
    return reachable
      ? { tone: 'ready', icon: IconPhoneCall, title: empty.readyTitle, text: empty.readyText }
      : { tone: 'warning', icon: IconHeadsetOff, title: empty.unreachableTitle, text: empty.unreachableText };
  }
  if (me.state === 'paused') {
    if (me.reason === 'no_answer') {
      return { tone: 'warning', icon: IconPhoneOff, title: empty.missedTitle, text: empty.missedText };
    }
    const reason = me.reason ? wordFor(t.state.reasons, me.reason) : null;
    return { tone: 'paused', icon: IconCoffee, title: empty.pausedTitle(reason), text: empty.pausedText };
  }
  if (me.state === 'unreachable')
    return { tone: 'warning', icon: IconHeadsetOff, title: empty.silentTitle, text: empty.silentText };
  return { tone: 'offline', icon: IconPhoneOff, title: empty.offlineTitle, text: empty.offlineText };
}

/** The desk while nothing is on it: why, and what would change that. */
export function EmptyDesk({ me, waiting }: { me: Me; waiting: number }) {
  const t = useText();
  const { softphone, setState } = useDesktop();
  const line = useStore(softphone.line);
  const unreachable = useLasting(line !== 'registered' || me.softphone === 'unregistered', 3_000);
  const { pending } = useAction(setState, 'ready');
  const { tone, icon: Icon, title, text } = sceneOf(me, !unreachable, t);

  return (
    <section className={classes.desk} data-tone={tone} data-testid="empty-desk">
      <div className={classes.icon}>
        <Icon size={40} stroke={1.5} aria-hidden />
      </div>
      <h2 className={classes.title}>{title}</h2>
      <p className={classes.text}>{text}</p>
      {me.state !== 'ready' && (
        <Button
          mt="sm"
          color="leaf"
          leftSection={<IconPlayerPlay size={18} aria-hidden />}
          loading={pending}
          onClick={() => void setState.run('ready')}
        >
          {t.empty.goReady}
        </Button>
      )}
      <p className={classes.waiting} data-waiting={waiting} data-testid="waiting">
        <IconUsers size={18} aria-hidden />
        {waiting > 0 ? t.empty.waiting(waiting) : t.empty.nobodyWaiting}
      </p>
    </section>
  );
}
