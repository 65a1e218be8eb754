import { createWriteStream, existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const largest = 5_000_000;
const kept = 3;

/** gateway.log → gateway.1.log → gateway.2.log → gateway.3.log, when the newest has grown large. */
function rotate(folder: string, name: string) {
  const file = (n: number) => join(folder, n === 0 ? `${name}.log` : `${name}.${n}.log`);
  if (!existsSync(file(0)) || statSync(file(0)).size < largest) return;
  for (let n = kept - 1; n >= 0; n -= 1) if (existsSync(file(n))) renameSync(file(n), file(n + 1));
}

/** A log file that is added to line by line. It is looked at for its size only here, at the start of a run. */
export function openLog(folder: string, name: string): { line(text: string): void; close(): Promise<void> } {
  rotate(folder, name);
  const stream = createWriteStream(join(folder, `${name}.log`), { flags: 'a', mode: 0o640 });
  // A disk that is full must not end the calls: the log is lost, the error is told once.
  stream.once('error', error => console.error(`${name}.log cannot be written: ${error.message}`));
  stream.on('error', () => undefined);
  return {
    line: text => {
      stream.write(`${text}\n`);
    },
    close: () => new Promise(resolve => stream.end(resolve)),
  };
}
