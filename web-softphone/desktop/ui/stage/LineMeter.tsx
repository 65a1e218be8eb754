import { Popover, UnstyledButton } from '@mantine/core';
import { IconAntennaBars1, IconAntennaBars3, IconAntennaBars5, IconMicrophoneOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { BrowserLine, Interaction, Line, LineGrade, LineQuality } from '../../api/types.js';
import { faultOf, lossOf, worstGrade } from '../../desk/line-fault.js';
import type { Language } from '../../i18n/language.js';
import { wordFor } from '../../i18n/word.js';
import { popoverLooks } from '../common/popover-looks.js';
import { useDesktop, useLanguage, useText } from '../hooks.js';
import classes from './line-meter.module.css';

/** The server looks at a line so often, milliseconds. */
const everyMs = 5_000;

const icons: Readonly<Record<LineGrade, typeof IconAntennaBars1>> = {
  good: IconAntennaBars5,
  fair: IconAntennaBars3,
  poor: IconAntennaBars1,
  silent: IconMicrophoneOff,
};

/** The lines as they are now, for as long as somebody looks at their figures. */
function useFigures({ id, lines }: Interaction, opened: boolean): readonly Line[] {
  const { api } = useDesktop();
  const [newest, setNewest] = useState<readonly Line[] | null>(null);
  useEffect(() => {
    if (!opened) return;
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      // What cannot be read now is read in five seconds; until then what was read last stands here.
      const found = await api.interaction(id).catch(() => null);
      if (over) return;
      if (found) setNewest(found.lines);
      timer = setTimeout(() => void look(), everyMs);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
      setNewest(null);
    };
  }, [opened, api, id]);
  return newest ?? lines;
}

function numberText(value: number | null, locale: Language, digits = 0): string {
  if (value === null) return '–';
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
}

/** The figures of one line, both ways. */
export function LineFigures({ quality }: { quality: LineQuality }) {
  const t = useText();
  const locale = useLanguage();
  const { packetsLost, packetsReceived, packetsSent, sentLost, jitterMs, sentJitterMs } = quality;
  const { roundTripMs, mosReceived, mosSent, codec } = quality;
  const inward = lossOf({ lost: packetsLost, arrived: packetsReceived });
  const outward = lossOf({ lost: sentLost, arrived: packetsSent - (sentLost ?? 0) });
  return (
    <Figures
      title={codec ?? t.quality.line}
      rows={[
        [t.quality.score, numberText(mosReceived, locale, 1), numberText(mosSent, locale, 1)],
        [t.quality.loss, `${numberText(inward, locale, 1)} %`, `${numberText(outward, locale, 1)} %`],
        [t.quality.jitter, `${numberText(jitterMs, locale)} ms`, `${numberText(sentJitterMs, locale)} ms`],
      ]}
      roundTrip={`${numberText(roundTripMs, locale)} ms`}
    />
  );
}

/** The same line as the browser at its end sees it: what it sends is what comes from there. */
export function BrowserFigures({ browser }: { browser: BrowserLine }) {
  const t = useText();
  const locale = useLanguage();
  const { packetsSent, sentLost, packetsReceived, packetsLost, jitterMs, sentJitterMs } = browser;
  const { concealedPercent, roundTripMs, spokenDb, heardDb } = browser;
  const from = lossOf({ lost: sentLost, arrived: packetsSent - (sentLost ?? 0) });
  const to = lossOf({ lost: packetsLost, arrived: packetsReceived });
  return (
    <Figures
      title={t.quality.seen}
      rows={[
        [t.quality.loss, `${numberText(from, locale, 1)} %`, `${numberText(to, locale, 1)} %`],
        [t.quality.jitter, `${numberText(sentJitterMs, locale)} ms`, `${numberText(jitterMs, locale)} ms`],
        [t.quality.concealed, '', `${numberText(concealedPercent, locale, 1)} %`],
        [t.quality.level, `${numberText(spokenDb, locale)} dB`, `${numberText(heardDb, locale)} dB`],
      ]}
      roundTrip={`${numberText(roundTripMs, locale)} ms`}
    />
  );
}

interface FiguresProps {
  title: string;
  rows: readonly (readonly [name: string, from: string, to: string])[];
  roundTrip: string;
}

function Figures({ title, rows, roundTrip }: FiguresProps) {
  const t = useText();
  return (
    <table className={classes.figures}>
      <thead>
        <tr>
          <th scope="col">{title}</th>
          <th scope="col">{t.quality.from}</th>
          <th scope="col">{t.quality.to}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, from, to]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{from}</td>
            <td>{to}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">{t.quality.roundTrip}</th>
          <td colSpan={2}>{roundTrip}</td>
        </tr>
      </tbody>
    </table>
  );
}

/** How the talk sounds, in one sign; its figures on a click; and what may be the cause when it sounds bad. */
export function LineMeter({ interaction }: { interaction: Interaction }) {
  const t = useText();
  const [opened, setOpened] = useState(false);
  const lines = useFigures(interaction, opened);
  const grade = worstGrade(lines);
  const fault = faultOf(lines);
  const Icon = grade === null ? IconAntennaBars3 : icons[grade];
  return (
    <>
      <Popover opened={opened} onChange={setOpened} position="bottom" {...popoverLooks}>
        <Popover.Target>
          <UnstyledButton
            className={classes.meter}
            data-grade={grade ?? 'unknown'}
            onClick={() => setOpened(!opened)}
            data-testid="line-meter"
          >
            <Icon size={18} aria-hidden />
            {grade === null ? t.quality.unknown : t.quality.grades[grade]}
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown aria-label={t.quality.title} data-testid="line-figures">
          {lines.map(line => (
            <section key={line.role} className={classes.line} data-role={line.role}>
              <h3 className={classes.heading}>
                {wordFor(t.detail.legRoles, line.role)}
                {line.grade && ` · ${t.quality.grades[line.grade]}`}
              </h3>
              {line.quality ? <LineFigures quality={line.quality} /> : <p>{t.quality.unknown}</p>}
              {line.browser && <BrowserFigures browser={line.browser} />}
            </section>
          ))}
          {lines.length === 0 && <p>{t.quality.unknown}</p>}
        </Popover.Dropdown>
      </Popover>
      <p className={classes.fault} role="status" data-testid="line-fault" data-fault={fault}>
        {fault && t.quality.faults[fault]}
      </p>
    </>
  );
}
