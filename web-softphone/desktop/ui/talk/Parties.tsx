import { Alert, Button } from '@mantine/core';
import {
  IconArrowBackUp,
  IconEar,
  IconPhoneOff,
  IconUserCheck,
  IconUsersPlus,
  IconX,
} from '@tabler/icons-react';
import { useState } from 'react';
import type { Interaction, Party } from '../../api/types.js';
import type { PartyStep } from '../../desk/talk-actions.js';
import type { Dictionary } from '../../i18n/en.js';
import { wordFor } from '../../i18n/word.js';
import { Elapsed } from '../common/Elapsed.js';
import { KeyHint } from '../common/KeyHint.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { useAction, useDesktop, usePhone, useShortcut, useText } from '../hooks.js';
import { ariaKeys, codeOf } from '../shortcut-keys.js';
import classes from './parties.module.css';

function placeOf({ kind, role, state }: Party, t: Dictionary): string {
  const { places } = t.talk;
  if (kind === 'supervisor')
    return state === 'joined' ? places[role as 'listen' | 'whisper' | 'barge'] : places.ringing;
  if (state === 'consulting') return places.consulting;
  if (state === 'joined') return places.joined;
  return kind === 'queue' && state === 'asked' ? places.queue : places.ringing;
}

/** A party's name; a number as people write it. */
export function PartyName({ party, country }: { party: Party; country: string | undefined }) {
  const phone = usePhone(party.kind === 'number' ? party.name : '', country);
  return <>{party.kind === 'number' ? phone : party.name}</>;
}

/** One who is in the talk or called for it, whom he hears, and what may be done with him. */
function PartyRow({
  party,
  interactionId,
  country,
}: {
  party: Party;
  interactionId: string;
  country: string | undefined;
}) {
  const t = useText();
  const { talks } = useDesktop();
  const doing = useAction(talks.party, party.id);
  const act = (step: PartyStep) => () => void talks.party.run(party.id, interactionId, step);
  const there = party.state === 'consulting' || party.state === 'joined';
  const consulting = party.state === 'consulting';
  const mine = party.kind !== 'supervisor';
  const idle = mine && !doing.pending;
  useShortcut(codeOf('complete'), idle && there ? act('complete') : null);
  useShortcut(codeOf('join'), idle && consulting ? act('join') : null);
  useShortcut(codeOf('back'), idle ? act('remove') : null);

  return (
    <li className={classes.party} data-testid="party" data-kind={party.kind} data-state={party.state}>
      <p className={classes.who}>
        {!mine && <IconEar size={16} aria-hidden />}
        <strong>
          <PartyName party={party} country={country} />
        </strong>{' '}
        <Elapsed since={party.since} />
      </p>
      <p className={classes.place} role="status">
        {placeOf(party, t)}
      </p>
      {mine && (
        <div className={classes.buttons}>
          {there && (
            <Button
              color="leaf"
              leftSection={<IconUserCheck size={18} aria-hidden />}
              loading={doing.pending}
              aria-keyshortcuts={ariaKeys('complete')}
              onClick={act('complete')}
              data-testid="party-complete"
            >
              {t.talk.complete}
              <KeyHint shortcut="complete" />
            </Button>
          )}
          {consulting && (
            <Button
              variant="default"
              leftSection={<IconUsersPlus size={18} aria-hidden />}
              disabled={doing.pending}
              aria-keyshortcuts={ariaKeys('join')}
              onClick={act('join')}
              data-testid="party-join"
            >
              {t.talk.join}
              <KeyHint shortcut="join" />
            </Button>
          )}
          <Button
            variant="default"
            leftSection={there ? <IconArrowBackUp size={18} aria-hidden /> : <IconX size={18} aria-hidden />}
            disabled={doing.pending}
            aria-keyshortcuts={ariaKeys('back')}
            onClick={act('remove')}
            data-testid="party-remove"
          >
            {there ? (consulting ? t.talk.back : t.talk.remove) : t.talk.cancel}
            <KeyHint shortcut="back" />
          </Button>
        </div>
      )}
      {doing.failure !== null && (
        <ProblemAlert title={t.talk.stepFailed} failure={doing.failure} onDismiss={talks.party.dismiss} />
      )}
    </li>
  );
}

/** Who else is in the talk, and why somebody who was to be is not. */
export function Parties({ interaction, country }: { interaction: Interaction; country: string | undefined }) {
  const t = useText();
  const [dismissed, setDismissed] = useState<string | null>(null);
  const { id, parties, partOf } = interaction;
  // A colleague who helps is one of them himself.
  const shown = partOf === null ? parties.filter(({ state }) => state !== 'left') : [];
  const last = partOf === null ? parties.at(-1) : undefined;
  const gone =
    last &&
    last.kind !== 'supervisor' &&
    last.state === 'left' &&
    last.id !== dismissed &&
    isNews(last.reason)
      ? last
      : null;

  return (
    <>
      {gone && (
        <Alert
          variant="default"
          role="alert"
          icon={<IconPhoneOff aria-hidden color="var(--rb-amber)" />}
          withCloseButton
          closeButtonLabel={t.dismiss}
          onClose={() => setDismissed(gone.id)}
          data-testid="party-gone"
          data-reason={gone.reason}
        >
          <strong>
            <PartyName party={gone} country={country} />
          </strong>
          : {wordFor(t.talk.reasons, gone.reason ?? 'failed')}
        </Alert>
      )}
      {shown.length > 0 && (
        <section aria-label={t.talk.parties}>
          <ul className={classes.parties} data-testid="parties">
            {shown.map(party => (
              <PartyRow key={party.id} party={party} interactionId={id} country={country} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** What the agent has done himself is none. */
function isNews(reason: string | null): boolean {
  return reason !== 'withdrawn' && reason !== 'took_over' && reason !== 'talk_over';
}
