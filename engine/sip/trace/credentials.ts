/** Header fields whose value proves who somebody is: the scheme stays, the rest does not. */
const credentialFields =
  /^((?:Proxy-)?Authorization|Authentication-Info|Proxy-Authentication-Info)([ \t]*:[ \t]*)(\S+)(.*(?:\r?\n[ \t].*)*)/gim;
/** Keys in a session description: SDES (RFC 4568), ICE and the old k= line. */
const keyLines = /^(a=crypto:\S+ \S+ inline:|a=ice-pwd:|k=\S*?:)(.*)$/gim;

const blank = (text: string): string => text.replace(/[^\s]/g, 'x');

/** A message without what could be used by who reads it; as long as before, so that every length in it stays true. */
export const withoutCredentials = (text: string): string =>
  text
    .replace(credentialFields, (_all, name: string, colon: string, scheme: string, rest: string) =>
      /^digest$|^basic$|^bearer$/i.test(scheme)
        ? `${name}${colon}${scheme}${blank(rest)}`
        : `${name}${colon}${blank(scheme)}${blank(rest)}`,
    )
    .replace(keyLines, (_all, name: string, key: string) => name + blank(key));
