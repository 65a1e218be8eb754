import { Alert, Button, PasswordInput } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { type FormEvent, useRef, useState } from 'react';
import { useDesktop, useText } from '../hooks.js';
import { Link } from '../Link.js';
import { problemText } from '../problem-text.js';
import { Entrance } from './Entrance.js';
import classes from './login.module.css';

/** As the server asks for. */
const shortest = 10;

/** Who was invited chooses a password. The token stands behind the #, which browsers do not send. */
export function InvitationPage() {
  const t = useText();
  const { api, session } = useDesktop();
  const [token] = useState(() => window.location.hash.slice(1));
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [faults, setFaults] = useState({ short: false, different: false });
  const [done, setDone] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (pending || !first.current || !second.current) return;
    const password = first.current.value;
    const found = { short: password.length < shortest, different: password !== second.current.value };
    setFaults(found);
    if (found.short || found.different) {
      (found.short ? first : second).current?.focus();
      return;
    }
    setPending(true);
    setFailure(null);
    try {
      const { email } = await api.acceptInvitation(token, password);
      // The token has done its work, and stays in no history.
      window.history.replaceState(null, '', '/desktop/invitation');
      setDone(true);
      await session.signIn(email, password).catch(() => undefined);
    } catch (error) {
      setFailure(error);
    } finally {
      setPending(false);
    }
  };

  return (
    <Entrance title={t.invitation.title} subtitle={t.invitation.subtitle} onSubmit={submit}>
      {done ? (
        <>
          <Alert
            variant="default"
            icon={<IconCircleCheck aria-hidden color="var(--rb-green)" />}
            role="status"
            data-testid="invitation-done"
          >
            {t.invitation.done}
          </Alert>
          <Button component={Link} href="/desktop/" size="md" data-testid="invitation-enter">
            {t.invitation.enter}
          </Button>
        </>
      ) : (
        <>
          {(failure !== null || token === '') && (
            <Alert
              variant="default"
              className={classes.failure}
              role="alert"
              data-testid="invitation-problem"
            >
              {token === '' ? t.invitation.noToken : problemText(failure, t)}
            </Alert>
          )}
          <PasswordInput
            ref={first}
            label={t.invitation.password}
            description={t.invitation.rule(shortest)}
            name="new-password"
            autoComplete="new-password"
            autoFocus
            error={faults.short && t.invitation.tooShort(shortest)}
            visibilityToggleButtonProps={{ 'aria-label': t.login.showPassword }}
            data-testid="invitation-password"
          />
          <PasswordInput
            ref={second}
            label={t.invitation.again}
            name="new-password-again"
            autoComplete="new-password"
            error={faults.different && t.invitation.different}
            visibilityToggleButtonProps={{ 'aria-label': t.login.showPassword }}
            data-testid="invitation-again"
          />
          <Button
            type="submit"
            size="md"
            loading={pending}
            disabled={token === ''}
            data-testid="invitation-submit"
          >
            {t.invitation.submit}
          </Button>
        </>
      )}
    </Entrance>
  );
}
