import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconPhoneOutgoing } from '@tabler/icons-react';
import { type FormEvent, useEffect, useState } from 'react';
import { Problem } from '../../api/problem.js';
import { wordFor } from '../../i18n/word.js';
import { ProblemAlert } from '../../ui/common/ProblemAlert.js';
import { useLanguage } from '../../ui/hooks.js';
import type { CompanyNumber, NumberProofState } from '../api.js';
import { useAdmin, useAdminText } from '../context.js';
import { Tag } from '../parts/small.js';
import classes from './number-proof.module.css';

/** While a call goes on, how it stands is asked so often, milliseconds. It ends by itself within three minutes. */
const lookMs = 2_000;

/** Proves a number: it is called, six digits are read, and are typed in here. */
export function NumberProof({ number }: { number: CompanyNumber }) {
  const t = useAdminText();
  const { house } = useAdmin();
  const [language, setLanguage] = useState<string>(useLanguage());
  const [proof, setProof] = useState<NumberProofState | null>(null);
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const goesOn = proof?.state === 'calling' || proof?.state === 'speaking';

  // A call that was begun before the page was loaded is still worth its code.
  useEffect(() => {
    house.api.proof(number.number).then(setProof, () => setProof(null));
  }, [house, number.number]);

  useEffect(() => {
    if (!goesOn) return;
    const timer = setInterval(() => {
      // The next look tells; what cannot be reached is said by the banner.
      house.api.proof(number.number).then(setProof, () => undefined);
    }, lookMs);
    return () => clearInterval(timer);
  }, [goesOn, house, number.number]);

  const call = async () => {
    setPending(true);
    setFailure(null);
    try {
      setProof(await house.api.beginProof(number.number, language));
    } catch (problem) {
      setFailure(problem);
    } finally {
      setPending(false);
    }
  };

  const codeHolds =
    proof !== null &&
    proof.state !== 'failed' &&
    proof.triesLeft > 0 &&
    Date.parse(proof.expiresAt) > Date.now();
  return (
    <div className={classes.proof}>
      <p>{t.numbers.proveText}</p>
      <div className={classes.call}>
        <SegmentedControl
          aria-label={t.numbers.language}
          size="sm"
          value={language}
          onChange={setLanguage}
          data={Object.entries(t.languages).map(([value, label]) => ({ value, label }))}
        />
        <Button
          leftSection={<IconPhoneOutgoing size={18} aria-hidden />}
          variant={codeHolds ? 'default' : 'filled'}
          loading={pending}
          disabled={goesOn}
          onClick={() => void call()}
          data-testid="prove"
        >
          {proof ? t.numbers.callAgain : t.numbers.callNow}
        </Button>
        <span role="status" data-testid="proof-state" data-state={proof?.state ?? 'none'}>
          {proof && <ProofText proof={proof} />}
        </span>
      </div>
      {failure !== null && <ProblemAlert title={t.failed} failure={failure} />}
      {codeHolds && <CodeForm key={proof.id} number={number} proof={proof} onTried={setProof} />}
    </div>
  );
}

function ProofText({ proof: { state, outcome } }: { proof: NumberProofState }) {
  const t = useAdminText();
  if (state === 'calling') return <Tag tone="plain">{t.numbers.calling}</Tag>;
  if (state === 'speaking') return <Tag tone="good">{t.numbers.speaking}</Tag>;
  if (state === 'spoken') return <Tag tone="good">{t.numbers.spoken}</Tag>;
  return <Tag tone="bad">{t.numbers.callFailed(wordFor(t.numbers.outcomes, outcome ?? 'failed'))}</Tag>;
}

interface CodeFormProps {
  number: CompanyNumber;
  proof: NumberProofState;
  onTried: (proof: NumberProofState | null) => void;
}

function CodeForm({ number, proof, onTried }: CodeFormProps) {
  const t = useAdminText();
  const { house } = useAdmin();
  const [code, setCode] = useState('');
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>(null);

  const confirm = async (event: FormEvent) => {
    event.preventDefault();
    if (!/^\d{6}$/.test(code)) {
      setFailure(t.numbers.codeWrong);
      return;
    }
    setPending(true);
    setFailure(null);
    setProblem(null);
    try {
      await house.api.confirmProof(number.number, code);
      await house.numbers.load();
    } catch (refused) {
      if (refused instanceof Problem && refused.field === 'code') setFailure(refused.message);
      else setProblem(refused);
      setCode('');
      house.api.proof(number.number).then(onTried, () => undefined);
    } finally {
      setPending(false);
    }
  };

  return (
    <form className={classes.code} noValidate onSubmit={confirm}>
      <div className={classes.codeRow}>
        <TextInput
          className={classes.input}
          label={t.numbers.code}
          value={code}
          onChange={event => setCode(event.currentTarget.value.replace(/\D/g, '').slice(0, 6))}
          error={failure}
          inputMode="numeric"
          autoComplete="one-time-code"
          data-testid="code"
        />
        <Button type="submit" loading={pending} data-testid="confirm-code">
          {t.numbers.confirm}
        </Button>
      </div>
      {problem !== null && <ProblemAlert title={t.failed} failure={problem} />}
      <p>{t.numbers.triesLeft(proof.triesLeft)}</p>
    </form>
  );
}
