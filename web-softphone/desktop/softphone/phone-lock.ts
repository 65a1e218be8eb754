const lockName = 'ringbridge.softphone';

function until(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/**
 * One browser, one phone: of several tabs one registers, and another takes over when it is closed. Resolves when this
 * tab has the phone, which it keeps until the signal aborts; calls `onTaken` when it has to wait for it. Rejects when
 * the signal aborts before.
 */
export function holdPhone(
  locks: LockManager | undefined,
  signal: AbortSignal,
  onTaken: () => void,
): Promise<void> {
  // No Web Locks outside a secure context; there is no microphone either.
  if (!locks) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const hold = () => {
      resolve();
      return until(signal);
    };
    const waitForIt = () => {
      onTaken();
      return locks.request(lockName, { signal }, hold);
    };
    let taken = false;
    locks
      .request(lockName, { ifAvailable: true }, lock => {
        taken = lock === null;
        return taken || signal.aborted ? undefined : hold();
      })
      .then(() => (taken ? waitForIt() : undefined))
      .catch(reject);
  });
}
