import { Alert, Button, Group, SegmentedControl } from '@mantine/core';
import { IconEar, IconHeadset, IconLogout, IconPhoneX } from '@tabler/icons-react';
import type { Monitoring, MonitoringRole } from '../../api/types.js';
import { wordFor } from '../../i18n/word.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { useAction, useDesktop, useText } from '../hooks.js';
import classes from './monitor-bar.module.css';

const roles: readonly MonitoringRole[] = ['listen', 'whisper', 'barge'];

/** The talk that a supervisor is in: who hears him, and what he can do about it. */
export function MonitorBar({ monitoring }: { monitoring: Monitoring }) {
  const t = useText();
  const { talks } = useDesktop();
  const { interactionId: id, role, state, reason, agent, customer } = monitoring;
  const changing = useAction(talks.monitor, id);
  const leaving = useAction(talks.leave, id);
  const takingOver = useAction(talks.takeOver, id);
  const ending = useAction(talks.end, id);
  const who = customer.name ?? customer.phone ?? t.customer.anonymous;
  if (state === 'left') {
    return (
      <Alert
        variant="default"
        role="alert"
        icon={<IconEar aria-hidden color="var(--rb-amber)" />}
        title={t.monitoring.over(agent.name)}
        data-testid="monitoring-over"
        data-reason={reason}
      >
        {wordFor(t.talk.reasons, reason ?? 'failed')}
      </Alert>
    );
  }
  const failed = [changing, leaving, takingOver, ending].find(({ failure }) => failure !== null);
  const busy = [changing, leaving, takingOver, ending].some(({ pending }) => pending);
  return (
    <section
      className={classes.bar}
      aria-label={t.monitoring.label}
      data-testid="monitoring"
      data-role={role}
      data-state={state}
    >
      <p className={classes.what} role="status">
        <IconEar size={20} aria-hidden />
        <span>
          <strong>{t.monitoring.title(agent.name, who)}</strong>
          <br />
          {state === 'joined' ? t.monitoring.hears[role] : t.monitoring.connecting}
        </span>
      </p>
      <SegmentedControl
        value={role}
        onChange={value => void talks.monitor.run(id, value as MonitoringRole)}
        data={roles.map(value => ({ value, label: t.monitoring.roles[value] }))}
        disabled={busy}
        aria-label={t.monitoring.label}
        data-testid="monitoring-role"
      />
      <Group gap="xs">
        <Button
          color="leaf"
          leftSection={<IconHeadset size={18} aria-hidden />}
          disabled={state !== 'joined' || busy}
          loading={takingOver.pending}
          onClick={() => void talks.takeOver.run(id)}
          data-testid="monitoring-take-over"
        >
          {t.monitoring.takeOver}
        </Button>
        <Button
          variant="default"
          leftSection={<IconLogout size={18} aria-hidden />}
          disabled={busy}
          loading={leaving.pending}
          onClick={() => void talks.leave.run(id)}
          data-testid="monitoring-leave"
        >
          {t.monitoring.leave}
        </Button>
        <Button
          variant="subtle"
          color="rose"
          leftSection={<IconPhoneX size={18} aria-hidden />}
          disabled={busy}
          loading={ending.pending}
          onClick={() => void talks.end.run(id)}
          data-testid="monitoring-end"
        >
          {t.monitoring.end}
        </Button>
      </Group>
      {failed && <ProblemAlert title={t.talk.stepFailed} failure={failed.failure} />}
    </section>
  );
}
