/** Freezes the pages of the Chromium of this process. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Stops the processes of all pages while `act` lasts. Their connections live on, and nobody reads what comes over them.
 * Chromium's own way to freeze a page (`Page.setWebLifecycleState`) changes nothing while the page is to be seen, as it
 * always is without a screen.
 */
export async function whileFrozen<T>(act: () => Promise<T>): Promise<T> {
  const stopped = chromiums().filter(pid => contentOf(`/proc/${pid}/cmdline`)?.includes('--type=renderer'));
  if (stopped.length === 0) throw new Error('no Chromium of this process runs');
  for (const pid of stopped) process.kill(pid, 'SIGSTOP');
  try {
    return await act();
  } finally {
    for (const pid of stopped) process.kill(pid, 'SIGCONT');
  }
}

/** Its processes: the browser, and all that come of it. */
function chromiums(): number[] {
  const parents = new Map<number, number>();
  for (const pid of readdirSync('/proc')
    .filter(entry => /^\d+$/.test(entry))
    .map(Number)) {
    const stat = contentOf(`/proc/${pid}/stat`);
    if (stat) parents.set(pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (pid === process.pid || isOurs(parents.get(pid)));
  return [...parents.keys()].filter(
    pid => pid !== process.pid && isOurs(pid) && /chrom/.test(contentOf(`/proc/${pid}/comm`) ?? ''),
  );
}

/** Undefined: that process has ended meanwhile. */
function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (
      (error as NodeJS.ErrnoException).code === 'ENOENT' ||
      (error as NodeJS.ErrnoException).code === 'ESRCH'
    )
      return undefined;
    throw error;
  }
}
