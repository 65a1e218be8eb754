import { Modal, Text } from '@mantine/core';
import { Keys } from '../common/KeyHint.js';
import head from '../common/panel-head.module.css';
import { useText } from '../hooks.js';
import { shortcuts } from '../shortcut-keys.js';
import classes from './shortcut-list.module.css';

export function ShortcutList({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useText();
  return (
    <Modal.Root opened={opened} onClose={onClose} centered>
      <Modal.Overlay />
      <Modal.Content>
        <div className={head.head}>
          <Modal.Title>{t.shortcuts.title}</Modal.Title>
          <Modal.CloseButton aria-label={t.close} />
        </div>
        <Modal.Body>
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
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
