import { Alert, Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useText } from '../hooks.js';
import { problemText } from '../problem-text.js';

interface Props {
  title: string;
  failure: unknown;
  onRetry?: () => void;
  onDismiss?: () => void;
}

/** What did not work, why, and the way on. */
export function ProblemAlert({ title, failure, onRetry, onDismiss }: Props) {
  const t = useText();
  return (
    <Alert
      role="alert"
      color="rose"
      variant="default"
      icon={<IconAlertTriangle aria-hidden color="var(--rb-red)" />}
      title={title}
      withCloseButton={onDismiss !== undefined}
      closeButtonLabel={t.dismiss}
      onClose={onDismiss}
      data-testid="problem"
    >
      {problemText(failure, t)}
      {onRetry && (
        <div>
          <Button mt="xs" size="xs" variant="default" onClick={onRetry}>
            {t.tryAgain}
          </Button>
        </div>
      )}
    </Alert>
  );
}
