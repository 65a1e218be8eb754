/**
 * Whether a certificate is for a SIP domain (RFC 5922 section 7). Names are compared as a whole: a wildcard stands for
 * nothing (section 7.2).
 */
import { isIP } from 'node:net';
import { parseSipUri } from '../message/uri.js';

/** The parts of a peer certificate that name its holder, as node:tls has them. */
export interface CertificateNames {
  subject?: { CN?: string | string[] };
  /** `DNS:a.example, URI:sip:example, IP Address:192.0.2.1` */
  subjectaltname?: string;
}

/** The SIP domains of a certificate, in lower case. */
export function sipDomains(certificate: CertificateNames): string[] {
  const { subject, subjectaltname } = certificate;
  // Without any alternative name, the common name may stand for the domain (section 7.1).
  if (subjectaltname === undefined) return [subject?.CN ?? []].flat().map(name => name.toLowerCase());
  // One with a comma is quoted; no name of a host has any, so it may fall apart here.
  const names = subjectaltname.split(', ');
  const named = (kind: string) =>
    names.filter(name => name.startsWith(kind)).map(name => name.slice(kind.length).toLowerCase());
  const uris = named('URI:').flatMap(text => {
    const uri = parseSipUri(text);
    // With a user in it, it is a user's and not a domain's.
    return uri?.scheme === 'sip' && uri.user === undefined ? [uri.host] : [];
  });
  return uris.length > 0 ? uris : named('DNS:');
}

/** What is wrong with a certificate for that host; undefined when it is for it. */
export function identityProblem(domain: string, certificate: CertificateNames): Error | undefined {
  const wanted = domain.toLowerCase().replace(/\.$/, '');
  const has =
    isIP(wanted) === 0 ? sipDomains(certificate) : ipAddresses(certificate.subjectaltname).map(canonical);
  if (has.includes(isIP(wanted) === 0 ? wanted : canonical(wanted))) return undefined;
  return new Error(`the certificate of the peer is not for ${domain}, but for ${has.join(', ') || 'nobody'}`);
}

const ipAddresses = (subjectaltname = ''): string[] =>
  subjectaltname
    .split(', ')
    .filter(name => name.startsWith('IP Address:'))
    .map(name => name.slice('IP Address:'.length));

/** IPv6 in its shortest form. */
const canonical = (address: string): string =>
  isIP(address) === 6 ? new URL(`http://[${address}]`).hostname : address;
