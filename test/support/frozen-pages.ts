/** Freezes the Chromium of this process, or its pages alone. */
import { commandLine } from '../../scripts/process-info.js';
import { descendants } from './descendants.js';

/**
 * Stops the processes of all pages while `act` lasts. Their connections live on, and nobody reads what comes over them.
 * Chromium's own way to freeze a page (`Page.setWebLifecycleState`) changes nothing while the page is to be seen, as it
 * always is without a screen.
 */
export function whileFrozen<T>(act: () => Promise<T>): Promise<T> {
  return whileStopped('--type=renderer', act);
}

/** Stops all of it while `act` lasts, as a machine whose lid is closed. */
export function whileLidClosed<T>(act: () => Promise<T>): Promise<T> {
  return whileStopped('chrom', act);
}

async function whileStopped<T>(called: string, act: () => Promise<T>): Promise<T> {
  const stopped = descendants(process.pid).filter(pid => commandLine(pid)?.includes(called));
  if (stopped.length === 0) throw new Error('no Chromium of this process runs');
  for (const pid of stopped) process.kill(pid, 'SIGSTOP');
  try {
    return await act();
  } finally {
    for (const pid of stopped) process.kill(pid, 'SIGCONT');
  }
}
