/** Why a sound cannot be used; each has an entry in the catalogue of errors. */
export type SoundFaultCode =
  | 'sound_not_recognised'
  | 'sound_damaged'
  | 'sound_encoding_unknown'
  | 'sound_silent'
  | 'sound_too_long';

export class SoundFault extends Error {
  override readonly name = 'SoundFault';
  constructor(
    readonly code: SoundFaultCode,
    readonly params: Record<string, string | number> = {},
  ) {
    super(code);
  }
}
