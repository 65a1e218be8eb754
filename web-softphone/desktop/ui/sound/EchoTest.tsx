import { Button } from '@mantine/core';
import { IconPhoneCall, IconPhoneX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { useAction, useDesktop, useStore, useText } from '../hooks.js';
import classes from './sound.module.css';

/** A call by way of the phone server in which the agent hears himself; it ends when this is closed. */
export function EchoTest({ userId }: { userId: string }) {
  const t = useText();
  const { echo, endEcho, view, softphone } = useDesktop();
  const begun = useAction(echo, userId);
  const ending = useAction(endEcho, userId);
  const desk = useStore(view.desk);
  const line = useStore(softphone.line);
  const newest = desk?.echo ?? null;
  const [before] = useState(newest?.state === 'done' ? newest.id : null);
  const test = newest?.id === before ? null : newest;
  const running = test !== null && test.state !== 'done';

  const latest = useRef(running);
  latest.current = running;
  useEffect(
    () => () => {
      if (latest.current) void endEcho.run(userId);
    },
    [endEcho, userId],
  );

  const word = test && (test.outcome === null ? t.echo.states[test.state] : t.echo.outcomes[test.outcome]);
  return (
    <>
      <p className={classes.hint}>{t.echo.text}</p>
      <div className={classes.echo}>
        {running ? (
          <Button
            variant="default"
            leftSection={<IconPhoneX size={18} aria-hidden />}
            loading={ending.pending}
            onClick={() => void endEcho.run(userId)}
            data-testid="echo-stop"
          >
            {t.echo.stop}
          </Button>
        ) : (
          <Button
            variant="default"
            leftSection={<IconPhoneCall size={18} aria-hidden />}
            disabled={line !== 'registered' || desk?.current != null}
            loading={begun.pending}
            onClick={() => void echo.run(userId)}
            data-testid="echo-begin"
          >
            {t.echo.begin}
          </Button>
        )}
        <p
          className={classes.told}
          role="status"
          data-state={test?.state}
          data-outcome={test?.outcome}
          data-testid="echo-state"
        >
          {word}
        </p>
      </div>
      {begun.failure !== null && (
        <ProblemAlert title={t.echo.failed} failure={begun.failure} onDismiss={echo.dismiss} />
      )}
    </>
  );
}
