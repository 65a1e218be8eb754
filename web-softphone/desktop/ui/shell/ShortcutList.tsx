import { Text } from '@mantine/core';
import { Dialog } from '../common/Dialog.js';
import { Keys } from '../common/KeyHint.js';
import { useText } from '../hooks.js';
import { shortcuts } from '../shortcut-keys.js';
import classes from './shortcut-list.module.css';

export function ShortcutList({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useText();
  return (
    <Dialog opened={opened} onClose={onClose} title={t.shortcuts.title}>
      <Text size="sm" c="dimmed" mb="sm">
        {t.shortcuts.intro}
      </Text>
      <dl className={classes.list}>
        {shortcuts.map(shortcut => (
          <div key={shortcut} className={classes.row}>
            <dt>{t.shortcuts[shortcut]}</dt>
            <dd>
              <Keys shortcut={shortcut} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
