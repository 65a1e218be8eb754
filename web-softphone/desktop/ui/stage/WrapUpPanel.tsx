import { Button } from '@mantine/core';
import { IconCheck, IconClockPlus } from '@tabler/icons-react';
import type { Interaction } from '../../api/types.js';
import { formatDuration } from '../../format/duration.js';
import { Countdown } from '../common/Countdown.js';
import { KeyHint } from '../common/KeyHint.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { useAction, useDesktop, useShortcut, useText } from '../hooks.js';
import { ariaKeys, codeOf } from '../shortcut-keys.js';
import classes from './panel.module.css';

function talked({ bridgedAt, endedAt }: Interaction): string | null {
  if (!bridgedAt || !endedAt) return null;
  return formatDuration(Date.parse(endedAt) - Date.parse(bridgedAt));
}

/** How long there is to finish, and the button that does. */
export function WrapUpPanel({ interaction }: { interaction: Interaction }) {
  const t = useText();
  const { wrapUp, extendWrapUp } = useDesktop();
  const { id, endedAt, wrapUpUntil, wrapUpExtensionsLeft } = interaction;
  const finishing = useAction(wrapUp, id);
  const extending = useAction(extendWrapUp, id);
  const onFinish = () => void wrapUp.run(id);
  const busy = finishing.pending || finishing.done;
  useShortcut(codeOf('finish'), busy ? null : onFinish);
  const length = talked(interaction);

  return (
    <div className={classes.panel} data-testid="call-state" data-state={interaction.state} data-call="idle">
      {wrapUpUntil && (
        <Countdown label={t.wrapUp.left} from={endedAt} until={wrapUpUntil} describe={t.offer.seconds} />
      )}
      {length && (
        <p className={classes.status}>
          <span>
            {t.detail.talked}: <strong>{length}</strong>
          </span>
        </p>
      )}
      <Button
        size="lg"
        leftSection={<IconCheck size={22} aria-hidden />}
        loading={busy}
        aria-keyshortcuts={ariaKeys('finish')}
        onClick={onFinish}
        data-testid="wrapup-submit"
      >
        {t.wrapUp.submit}
        <KeyHint shortcut="finish" />
      </Button>
      {wrapUpExtensionsLeft > 0 && (
        <Button
          variant="default"
          leftSection={<IconClockPlus size={18} aria-hidden />}
          loading={extending.pending}
          onClick={() => void extendWrapUp.run(id)}
          data-testid="wrapup-extend"
        >
          {t.wrapUp.more}
        </Button>
      )}
      <p className={classes.hint}>{t.wrapUp.autoSubmit}</p>
      {extending.failure !== null && <ProblemAlert title={t.wrapUp.moreFailed} failure={extending.failure} />}
      {finishing.failure !== null && (
        <ProblemAlert title={t.wrapUp.failed} failure={finishing.failure} onRetry={onFinish} />
      )}
    </div>
  );
}
