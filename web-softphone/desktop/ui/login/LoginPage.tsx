import { Alert, Button, PasswordInput, TextInput } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { type FormEvent, useRef, useState } from 'react';
import { useDesktop, useText } from '../hooks.js';
import { problemText } from '../problem-text.js';
import { Entrance } from './Entrance.js';
import classes from './login.module.css';

interface Missing {
  email: boolean;
  password: boolean;
}

export function LoginPage({ ended }: { ended: boolean }) {
  const t = useText();
  const { session, tones } = useDesktop();
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [missing, setMissing] = useState<Missing>({ email: false, password: false });
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (pending || !email.current || !password.current) return;
    tones.unlock();
    const found = { email: email.current.value.trim() === '', password: password.current.value === '' };
    setMissing(found);
    if (found.email || found.password) {
      (found.email ? email : password).current?.focus();
      return;
    }
    setPending(true);
    setFailure(null);
    try {
      await session.signIn(email.current.value.trim(), password.current.value);
    } catch (error) {
      setFailure(error);
      setPending(false);
      password.current?.select();
    }
  };

  return (
    <Entrance title={t.product} subtitle={t.login.subtitle} onSubmit={submit}>
      {ended && failure === null && (
        <Alert variant="default" icon={<IconInfoCircle aria-hidden />} role="status">
          {t.login.sessionEnded}
        </Alert>
      )}
      {failure !== null && (
        <Alert variant="default" className={classes.failure} role="alert" data-testid="login-problem">
          {problemText(failure, t)}
        </Alert>
      )}
      <TextInput
        ref={email}
        label={t.login.email}
        type="email"
        name="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        error={missing.email && t.login.emailMissing}
        data-testid="login-email"
      />
      <PasswordInput
        ref={password}
        label={t.login.password}
        name="password"
        autoComplete="current-password"
        error={missing.password && t.login.passwordMissing}
        visibilityToggleButtonProps={{ 'aria-label': t.login.showPassword }}
        data-testid="login-password"
      />
      <Button type="submit" size="md" loading={pending} data-testid="login-submit">
        {t.login.submit}
      </Button>
    </Entrance>
  );
}
