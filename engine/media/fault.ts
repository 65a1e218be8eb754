export type FaultCode =
  | 'draining'
  | 'bad_sdp'
  | 'no_common_codec'
  | 'no_ports'
  | 'unknown_endpoint'
  | 'bad_request'
  | 'engine_unavailable';

/** A refusal the caller is told: the code for programs, the sentence for people. */
export class MediaFault extends Error {
  override readonly name = 'MediaFault';
  constructor(
    readonly code: FaultCode,
    message: string,
  ) {
    super(message);
  }
}
