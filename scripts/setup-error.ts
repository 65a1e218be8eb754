/** Something outside the program stands in the way of a start. One clear sentence, with the way out. */
export class SetupError extends Error {
  override name = 'SetupError';
}
