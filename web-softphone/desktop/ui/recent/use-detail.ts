import { useCallback, useEffect, useState } from 'react';
import type { InteractionDetail } from '../../api/types.js';
import { useDesktop, useLanguage, useStore } from '../hooks.js';

export interface DetailState {
  detail: InteractionDetail | null;
  failure: unknown;
  reload: () => void;
}

/** Loads an interaction's story, and again whenever the desk shows that it has moved on. */
export function useDetail(id: string): DetailState {
  const { api, view } = useDesktop();
  const language = useLanguage();
  const desk = useStore(view.desk);
  const live = desk?.recent.find(interaction => interaction.id === id);
  const version = `${language} ${live?.state} ${live?.wrapUpNote} ${live?.disposition}`;
  const [attempt, setAttempt] = useState(0);
  const [loaded, setLoaded] = useState<Pick<DetailState, 'detail' | 'failure'>>({
    detail: null,
    failure: null,
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: version and attempt say when to load again
  useEffect(() => {
    let current = true;
    setLoaded(before => ({ ...before, failure: null }));
    api.interaction(id).then(
      detail => current && setLoaded({ detail, failure: null }),
      failure => current && setLoaded(before => ({ ...before, failure })),
    );
    return () => {
      current = false;
    };
  }, [api, id, version, attempt]);

  const reload = useCallback(() => setAttempt(before => before + 1), []);
  return { ...loaded, reload };
}
