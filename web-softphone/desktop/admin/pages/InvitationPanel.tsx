import { Button } from '@mantine/core';
import { useState } from 'react';
import { formatFull } from '../../format/time.js';
import { ProblemAlert } from '../../ui/common/ProblemAlert.js';
import { useLanguage } from '../../ui/hooks.js';
import type { Person } from '../api.js';
import { useAdmin, useAdminText } from '../context.js';
import { CopyField, Panel } from '../parts/small.js';

/** Lets somebody choose a password: the link is made here, and sent by whoever made it. */
export function InvitationPanel({ person }: { person: Person }) {
  const t = useAdminText();
  const language = useLanguage();
  const { house } = useAdmin();
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [made, setMade] = useState<{ link: string; until: string } | null>(null);

  const invite = async () => {
    setPending(true);
    setFailure(null);
    try {
      const { token, expiresAt } = await house.api.invite(person.id);
      setMade({ link: `${window.location.origin}/desktop/invitation#${token}`, until: expiresAt });
      await house.people.load();
    } catch (problem) {
      setFailure(problem);
    } finally {
      setPending(false);
    }
  };

  const again = made !== null || person.invitedUntil !== null;
  return (
    <Panel title={t.people.invitation} testId="invitation">
      <p>{made ? t.people.invitationText : t.people.inviteHelp}</p>
      {failure !== null && <ProblemAlert title={t.failed} failure={failure} />}
      {made && (
        <>
          <CopyField label={t.people.link} value={made.link} testId="invitation-link" />
          <p>{t.people.validUntil(formatFull(made.until, language))}</p>
        </>
      )}
      <Button
        variant={again ? 'default' : 'filled'}
        size="sm"
        loading={pending}
        onClick={() => void invite()}
        data-testid="invite"
      >
        {again ? t.people.inviteAgain : t.people.invite}
      </Button>
    </Panel>
  );
}
