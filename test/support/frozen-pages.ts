/** Freezes the pages of the Chromium of this process. */
import { commandLine } from '../../scripts/process-info.js';
import { descendants } from './descendants.js';

/**
 * Stops the processes of all pages while `act` lasts. Their connections live on, and nobody reads what comes over them.
 * Chromium's own way to freeze a page (`Page.setWebLifecycleState`) changes nothing while the page is to be seen, as it
 * always is without a screen.
 */
export async function whileFrozen<T>(act: () => Promise<T>): Promise<T> {
  const stopped = descendants(process.pid).filter(pid => commandLine(pid)?.includes('--type=renderer'));
  if (stopped.length === 0) throw new Error('no Chromium of this process runs');
  for (const pid of stopped) process.kill(pid, 'SIGSTOP');
  try {
    return await act();
  } finally {
    for (const pid of stopped) process.kill(pid, 'SIGCONT');
  }
}
