import { Alert, Button, TextInput, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconBackspace, IconPhoneCall } from '@tabler/icons-react';
import { type FormEvent, useEffect, useRef } from 'react';
import type { Me } from '../../api/types.js';
import { Dialog } from '../common/Dialog.js';
import { ProblemAlert } from '../common/ProblemAlert.js';
import { useAction, useDesktop, usePhone, useStore, useText } from '../hooks.js';
import { keypadKeys, keypadLetters } from '../stage/Keypad.js';
import keypad from '../stage/keypad.module.css';
import { ColleagueRow, fold, useTargets } from '../talk/targets.js';
import lists from '../talk/transfer-dialog.module.css';
import classes from './dial-dialog.module.css';

/** Digits and the marks people put between them. */
const numberLike = /^\+?[\d\s().\-*#]*$/;

/** Whoever does one of these may call. */
const mayCall: ReadonlySet<Me['state']> = new Set(['ready', 'paused', 'unreachable']);

/** The number that is recognised, as it will be called; or why it is none. */
function Recognised({ e164, entry, me }: { e164: string | null; entry: string; me: Me }) {
  const t = useText();
  const [home] = me.tenant.countries;
  const shown = usePhone(e164 ?? '', home);
  const isNumber = numberLike.test(entry);
  const word = e164 ? t.dial.willCall(shown) : entry !== '' && isNumber ? t.dial.notYet : t.dial.hint;
  return (
    <p className={classes.recognised} data-known={e164 !== null} role="status" data-testid="dial-recognised">
      {word}
    </p>
  );
}

/** A number or a colleague to call, by keyboard, keypad or list. */
export function DialDialog({ me }: { me: Me }) {
  const t = useText();
  const { dialer, phones, tones } = useDesktop();
  const { opened, entry } = useStore(dialer.state);
  const { read } = useStore(phones.knowledge);
  const calling = useAction(dialer.call);
  const { targets, failure, retry } = useTargets(opened);
  const field = useRef<HTMLInputElement>(null);
  const [home] = me.tenant.countries;
  const possible = mayCall.has(me.state);
  const typed = entry.trim();
  const isNumber = typed !== '' && numberLike.test(typed);
  // Until the numbering plans are there the server judges, which has the last word anyhow.
  const e164 = isNumber ? (read ? read(typed, home) : typed) : null;
  const agents = (targets?.agents ?? []).filter(({ name }) => isNumber || fold(name).includes(fold(typed)));

  useEffect(() => {
    if (opened) void phones.load().catch(() => undefined);
  }, [opened, phones]);

  const call = (event: FormEvent) => {
    event.preventDefault();
    if (e164 && possible) void dialer.call.run(e164, { number: e164 });
  };
  const press = (key: string) => {
    tones.key(key);
    dialer.type(entry + key);
    field.current?.focus();
  };

  return (
    <Dialog opened={opened} onClose={dialer.close} title={t.dial.title} size="lg" data-testid="dial-dialog">
      <form onSubmit={call} className={classes.columns}>
        <div className={classes.dial}>
          <TextInput
            ref={field}
            data-autofocus
            type="tel"
            autoComplete="off"
            size="md"
            label={t.dial.field}
            value={entry}
            maxLength={40}
            onChange={event => dialer.type(event.currentTarget.value)}
            rightSection={
              entry !== '' && (
                <UnstyledButton
                  className={classes.erase}
                  aria-label={t.dial.erase}
                  onClick={() => {
                    dialer.type(entry.slice(0, -1));
                    field.current?.focus();
                  }}
                >
                  <IconBackspace size={20} aria-hidden />
                </UnstyledButton>
              )
            }
            data-testid="dial-number"
          />
          <Recognised e164={e164} entry={typed} me={me} />
          <fieldset className={keypad.keypad}>
            <legend className={keypad.legend}>{t.call.keypad}</legend>
            <div className={keypad.keys}>
              {keypadKeys.map(key => (
                <UnstyledButton
                  key={key}
                  className={keypad.key}
                  data-letters={keypadLetters[key] ?? '\u00a0'}
                  aria-label={key === '*' ? t.call.star : key === '#' ? t.call.pound : undefined}
                  onClick={() => press(key)}
                  data-testid={`dial-key-${key}`}
                >
                  {key}
                </UnstyledButton>
              ))}
            </div>
          </fieldset>
          <Button
            type="submit"
            size="md"
            color="leaf"
            leftSection={<IconPhoneCall size={20} aria-hidden />}
            disabled={!possible || e164 === null}
            loading={calling.pending}
            data-testid="dial-call"
          >
            {t.dial.call}
          </Button>
        </div>
        <section className={classes.colleagues} aria-busy={targets === null}>
          <h3 className={lists.heading}>{t.talk.agents}</h3>
          {failure !== null && <ProblemAlert title={t.talk.loadFailed} failure={failure} onRetry={retry} />}
          {targets === null && failure === null && <VisuallyHidden>{t.loading}</VisuallyHidden>}
          {targets && agents.length === 0 && <p className={lists.none}>{t.dial.nobody}</p>}
          <ul className={lists.list}>
            {agents.map(colleague => (
              <ColleagueRow
                key={colleague.id}
                colleague={colleague}
                disabled={!possible || calling.pending}
                onChoose={() => void dialer.call.run(colleague.id, { agent: colleague.id })}
                testId={`dial-agent-${colleague.id}`}
              />
            ))}
          </ul>
        </section>
      </form>
      {!possible && (
        <Alert variant="default" mt="md" data-testid="dial-impossible">
          {me.state === 'offline' ? t.dial.offline : t.dial.engaged}
        </Alert>
      )}
      {calling.failure !== null && (
        <ProblemAlert title={t.dial.failed} failure={calling.failure} onDismiss={dialer.call.dismiss} />
      )}
    </Dialog>
  );
}
