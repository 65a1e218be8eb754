import { Button, FileButton, SegmentedControl, TextInput, VisuallyHidden } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlayerPlay, IconPlayerStop, IconSearch, IconUpload } from '@tabler/icons-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { formatDuration } from '../../format/duration.js';
import { formatMoment } from '../../format/time.js';
import { ProblemAlert } from '../../ui/common/ProblemAlert.js';
import { useLanguage, useText } from '../../ui/hooks.js';
import { problemText } from '../../ui/problem-text.js';
import type { Clip, PromptPack } from '../api.js';
import { useAdmin, useAdminText } from '../context.js';
import { ConfirmButton } from '../parts/Confirm.js';
import { Loading } from '../parts/ListPage.js';
import list from '../parts/list.module.css';
import { PageHead } from '../parts/PageHead.js';
import { Sub, Tag } from '../parts/small.js';
import classes from './prompts.module.css';

const packs: readonly PromptPack[] = ['ko', 'en', 'music'];
const kinds = ['prompt', 'music', 'part'] as const;
/** At or above this, dBov, a recording was very likely cut off at its loudest. */
const clippedPeak = -0.1;

/** What callers hear; the pack is part of the address. */
export function PromptsPage({ id }: { id?: string }) {
  const t = useAdminText();
  const language = useLanguage();
  const { house } = useAdmin();
  const [pack, setPack] = useState<PromptPack>(packs.find(one => one === id) ?? language);
  const [clips, setClips] = useState<Clip[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [search, setSearch] = useState('');
  const { playing, play } = usePlayer();

  const load = useCallback(async () => {
    setFailure(null);
    try {
      setClips(await house.api.clips(pack));
    } catch (problem) {
      setFailure(problem);
    }
  }, [house, pack]);
  useEffect(() => {
    setClips(null);
    void load();
  }, [load]);

  const needle = search.trim().toLowerCase();
  const titles = { prompt: t.prompts.sentences, part: t.prompts.parts, music: t.prompts.music };
  return (
    <>
      <PageHead title={t.pages.prompts} text={t.prompts.intro} />
      <div className={classes.tools}>
        <SegmentedControl
          aria-label={t.prompts.pack}
          value={pack}
          onChange={next => {
            play(null);
            setPack(next as PromptPack);
            window.history.replaceState(null, '', `/desktop/admin/prompts/${next}`);
          }}
          data={packs.map(value => ({ value, label: t.prompts.packs[value] }))}
          data-testid="pack"
        />
        <TextInput
          type="search"
          aria-label={t.prompts.search}
          placeholder={t.prompts.search}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={search}
          onChange={event => setSearch(event.currentTarget.value)}
        />
      </div>
      {failure !== null && (
        <ProblemAlert title={t.listFailed} failure={failure} onRetry={() => void load()} />
      )}
      {clips === null && failure === null && <Loading />}
      {kinds.map(kind => {
        const some = (clips ?? []).filter(
          ({ kind: one, clip, text }) => one === kind && `${clip} ${text}`.toLowerCase().includes(needle),
        );
        if (some.length === 0) return null;
        return (
          // The many words that numbers are made of are folded away until they are asked for.
          <details
            key={`${kind} ${needle !== ''}`}
            className={classes.kind}
            open={kind !== 'part' || needle !== ''}
          >
            <summary>
              <h3 className={classes.title}>{titles[kind]}</h3>
              <Sub>{t.count(some.length, some.length)}</Sub>
            </summary>
            <div className={list.card}>
              <table className={list.table}>
                <caption className={list.caption}>{titles[kind]}</caption>
                <thead>
                  <tr>
                    <th scope="col">{t.prompts.clip}</th>
                    <th scope="col" data-numeric data-wide>
                      {t.prompts.length}
                    </th>
                    <th scope="col" data-numeric data-wide>
                      {t.prompts.level}
                    </th>
                    <th scope="col">{t.prompts.source}</th>
                    <th scope="col">
                      <VisuallyHidden>{t.audit.change}</VisuallyHidden>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {some.map(clip => (
                    <Row
                      key={clip.clip}
                      pack={pack}
                      clip={clip}
                      playing={playing === `${pack}/${clip.clip}`}
                      onPlay={() => play(`${pack}/${clip.clip}`)}
                      onChanged={load}
                    />
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        );
      })}
    </>
  );
}

interface RowProps {
  pack: PromptPack;
  clip: Clip;
  playing: boolean;
  onPlay: () => void;
  onChanged: () => Promise<void>;
}

function Row({ pack, clip, playing, onPlay, onChanged }: RowProps) {
  const t = useAdminText();
  const text = useText();
  const language = useLanguage();
  const { house, readOnly } = useAdmin();
  const [pending, setPending] = useState(false);
  const { own, durationMs, level } = clip;
  const decibels = (value: number) =>
    new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);

  const upload = async (file: File | null) => {
    if (!file) return;
    setPending(true);
    const closeButtonProps = { 'aria-label': text.dismiss };
    try {
      await house.api.replaceClip(pack, clip.clip, file);
      notifications.show({ message: t.prompts.taken(clip.clip), color: 'leaf', closeButtonProps });
      await onChanged();
    } catch (problem) {
      const message = problemText(problem, text);
      notifications.show({ title: t.prompts.uploadFailed, message, color: 'rose', closeButtonProps });
    } finally {
      setPending(false);
    }
  };

  return (
    <tr data-clip={clip.clip}>
      <th scope="row">
        <span lang={pack === 'music' ? 'en' : pack}>{clip.text}</span>
        <Sub>{clip.clip}</Sub>
      </th>
      <td data-numeric data-wide>
        {formatDuration(Math.max(1000, durationMs))}
      </td>
      <td data-numeric data-wide className={classes.level}>
        {decibels(level)} dBov
      </td>
      <td>
        {own ? <Tag tone="good">{t.prompts.own}</Tag> : <Tag tone="plain">{t.prompts.house}</Tag>}
        {own && (
          <>
            <Sub>
              {t.prompts.ownDetail(own.uploadedBy, formatMoment(own.uploadedAt, Date.now(), language))}
            </Sub>
            <Sub>{t.prompts.uploaded(own.format, decibels(own.level), decibels(own.peak))}</Sub>
            {own.peak >= clippedPeak && <Sub>{t.prompts.clipped}</Sub>}
          </>
        )}
      </td>
      <td>
        <div className={classes.buttons}>
          <Button
            variant="default"
            size="xs"
            px="xs"
            aria-label={playing ? t.prompts.stop : t.prompts.play(clip.clip)}
            onClick={onPlay}
            data-testid={`play-${clip.clip}`}
          >
            {playing ? <IconPlayerStop size={16} aria-hidden /> : <IconPlayerPlay size={16} aria-hidden />}
          </Button>
          {!readOnly && (
            <FileButton
              accept="audio/wav,audio/x-wav,audio/mpeg,.wav,.mp3"
              onChange={file => void upload(file)}
            >
              {props => (
                <Button
                  {...props}
                  variant="default"
                  size="xs"
                  leftSection={<IconUpload size={16} aria-hidden />}
                  loading={pending}
                  aria-label={t.prompts.upload(clip.clip)}
                  data-testid={`upload-${clip.clip}`}
                >
                  {t.prompts.uploadShort}
                </Button>
              )}
            </FileButton>
          )}
          {own && !readOnly && (
            <ConfirmButton
              label={t.prompts.restoreShort}
              ariaLabel={t.prompts.restore(clip.clip)}
              size="xs"
              title={t.prompts.restoreTitle}
              text={t.prompts.restoreText}
              act={async () => {
                await house.api.restoreClip(pack, clip.clip);
                await onChanged();
              }}
              data-testid={`restore-${clip.clip}`}
            />
          )}
        </div>
      </td>
    </tr>
  );
}

/** One clip at a time; the same one again stops it. */
function usePlayer() {
  const t = useAdminText();
  const { dismiss } = useText();
  const audio = useRef<HTMLAudioElement | null>(null);
  const [playing, setPlaying] = useState<string | null>(null);
  useEffect(() => () => audio.current?.pause(), []);
  const play = (clip: string | null) => {
    audio.current?.pause();
    if (clip === null || clip === playing) {
      setPlaying(null);
      return;
    }
    const next = new Audio(`/api/v1/prompts/${clip}/sound`);
    audio.current = next;
    const over = () => audio.current === next && setPlaying(null);
    next.onended = over;
    next.play().then(
      () => audio.current === next && setPlaying(clip),
      () => {
        over();
        if (audio.current === next)
          notifications.show({
            message: t.prompts.playFailed,
            color: 'rose',
            closeButtonProps: { 'aria-label': dismiss },
          });
      },
    );
  };
  return { playing, play };
}
