/** A dialplan file that cannot be used; the message names the file, line, column and reason. */
export class DialplanError extends Error {
  override readonly name = 'DialplanError';
  constructor(
    readonly file: string,
    readonly line: number,
    readonly column: number,
    readonly reason: string,
  ) {
    super(`${file}:${line}:${column}: ${reason}`);
  }
}
