/** The user part of a SIP or tel URI, without parameters (RFC 3261 19.1.1, RFC 3966 3). */
export function userOf(uri: string): string {
  const user = /(?:sips?|tel):([^@;>?]*)/i.exec(uri)?.[1] ?? '';
  return user.replace(/%2b/gi, '+');
}
