import { Button } from '@mantine/core';
import { useState } from 'react';
import { ProblemAlert } from '../../ui/common/ProblemAlert.js';
import type { CompanyNumber } from '../api.js';
import { useAdmin, useAdminText } from '../context.js';
import { Panel, Tag } from '../parts/small.js';
import { NumberProof } from './NumberProof.js';

/** Whether a number is proven, and whether customers see it. */
export function NumberState({ number }: { number: CompanyNumber }) {
  const t = useAdminText();
  const { house } = useAdmin();
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const present = async () => {
    setPending(true);
    setFailure(null);
    try {
      const { version } = await house.api.company();
      await house.api.changeCompany(version, { callerId: number.number });
      await house.numbers.load();
    } catch (problem) {
      setFailure(problem);
    } finally {
      setPending(false);
    }
  };

  return (
    <Panel title={t.numbers.proof} testId="proof">
      <p>
        <Tag tone={number.verifiedAt === null ? 'warn' : 'good'}>
          {number.verifiedAt === null ? t.numbers.unproven : t.numbers.proven}
        </Tag>{' '}
        {number.isCallerId && t.numbers.isCallerId}
      </p>
      {failure !== null && <ProblemAlert title={t.failed} failure={failure} />}
      {number.verifiedAt === null && <NumberProof number={number} />}
      {number.verifiedAt !== null && !number.isCallerId && (
        <Button size="sm" loading={pending} onClick={() => void present()} data-testid="make-caller-id">
          {t.numbers.makeCallerId}
        </Button>
      )}
    </Panel>
  );
}
