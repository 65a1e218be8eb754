/** Seconds of the Retry-After header, without its comment and parameters (RFC 3261 20.33). Undefined: none to be had. */
export function retryAfterOf(response: { get(header: string): string | undefined }): number | undefined {
  return Number.parseInt(response.get('Retry-After') ?? '', 10) || undefined;
}
