import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface Props {
  onClick: () => void;
  children: ReactNode;
  'data-testid'?: string;
}

/** One more row of an editor. */
export function AddButton({ onClick, children, 'data-testid': testId }: Props) {
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={onClick}
      data-testid={testId}
    >
      {children}
    </Button>
  );
}
