import { Button } from '@mantine/core';
import { useState } from 'react';
import { wordFor } from '../../i18n/word.js';
import { ProblemAlert } from '../../ui/common/ProblemAlert.js';
import type { Trunk, TrunkTest } from '../api.js';
import { useAdmin, useAdminText } from '../context.js';
import type { AdminText } from '../i18n/texts.js';
import { Panel, Tag, type Tone } from '../parts/small.js';
import { registrationText, stateOf } from './trunk-values.js';

/** How a trunk stands, and whether it is there. */
export function TrunkPanel({ trunk }: { trunk: Trunk }) {
  const t = useAdminText();
  const { house } = useAdmin();
  const [test, setTest] = useState<TrunkTest | null>(null);
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const state = stateOf(trunk, t);
  const why = [trunk.reason, trunk.registerFault].filter(reason => reason !== null);

  const ask = async () => {
    setPending(true);
    setFailure(null);
    setTest(null);
    try {
      setTest(await house.api.testTrunk(house.trunks.keyOf(trunk)));
      await house.trunks.load();
    } catch (problem) {
      setFailure(problem);
    } finally {
      setPending(false);
    }
  };

  const said = test && verdictOf(test, t);
  return (
    <Panel title={t.trunks.state} testId="trunk-state">
      <p>
        <Tag tone={state.tone}>{state.text}</Tag>{' '}
        {trunk.registered !== null && (
          <Tag tone={trunk.registered ? 'good' : 'warn'}>{registrationText(trunk, t)}</Tag>
        )}{' '}
        {why.map(reason => wordFor(t.trunks.reasons, reason)).join(' · ')}
      </p>
      <p>{t.trunks.callsNow(trunk.channels)}</p>
      {failure !== null && <ProblemAlert title={t.failed} failure={failure} />}
      <p role="status" data-testid="trunk-test-result" hidden={!said}>
        {said && (
          <>
            <Tag tone={said.tone}>{said.word}</Tag> {said.text}
          </>
        )}
      </p>
      <Button
        size="sm"
        variant="default"
        loading={pending}
        onClick={() => void ask()}
        data-testid="trunk-test"
      >
        {t.trunks.test}
      </Button>
    </Panel>
  );
}

function verdictOf(
  { answered, status, reason, milliseconds }: TrunkTest,
  t: AdminText,
): { tone: Tone; word: string; text: string } {
  if (!answered)
    return { tone: 'bad', word: t.trunks.testFailed, text: wordFor(t.trunks.testReasons, reason) };
  const word = t.trunks.testAnswered;
  const text = t.trunks.testTook(`${status} ${reason}`, milliseconds);
  // A trunk may refuse OPTIONS and take calls; what says 503 takes none.
  return { tone: status === 503 ? 'warn' : 'good', word, text };
}
