/**
 * The messages of RFC 4475 and RFC 5118 and what becomes of each, by the section that describes it. Where the section
 * leaves a choice ("may", "reasonable"), `why` says which was made: what the server itself has to understand and cannot
 * is refused; what is the application's business is delivered.
 *
 * The messages stand beside this table, octet by octet those of the archive in the appendix of RFC 4475. Those of
 * RFC 5118 are as its text prints them, with CRLF, an empty line behind each head, and in the three with a body a
 * Content-Length that is true (the printed ones count other bodies).
 */
import { readFileSync } from 'node:fs';

/**
 * `delivered`: the application gets it, octet by octet, but for the received address in the top Via. `taken`: a
 * response that answers a request of ours. `ignored`: nothing happens. A number: the server answers with that status.
 */
export type Outcome = 'delivered' | 'taken' | 'ignored' | number;

export interface Vector {
  name: string;
  rfc: 4475 | 5118;
  section: string;
  outcome: Outcome;
  /** What drachtio-server 0.9.10 does with it over UDP, where that is something else. */
  drachtio?: Outcome;
  why: string;
}

type Row = [name: string, section: string, outcome: Outcome, why: string, drachtio?: Outcome];

const rfc4475: readonly Row[] = [
  ['wsinv', '3.1.1.1', 481, 'understood; its To has the tag of no dialog here (RFC 3261 section 12.2.2)'],
  [
    'intmeth',
    '3.1.1.2',
    'delivered',
    'every character that a method, a URI and a header field may hold',
    'ignored',
  ],
  ['esc01', '3.1.1.3', 'delivered', 'escapes in URIs are not resolved on the way'],
  ['escnull', '3.1.1.4', 'delivered', 'escaped NULs in URIs'],
  [
    'esc02',
    '3.1.1.5',
    'delivered',
    'a percent sign in a method or a name is itself, and no escape',
    'ignored',
  ],
  ['lwsdisp', '3.1.1.6', 'delivered', 'no space between display name and bracket'],
  ['longreq', '3.1.1.7', 'delivered', 'long values, and 34 Via', 'ignored'],
  ['dblreq', '3.1.1.8', 'delivered', 'what follows the body in a datagram is dropped'],
  ['semiuri', '3.1.1.9', 'delivered', 'a semicolon in the user part is no parameter'],
  ['transports', '3.1.1.10', 'delivered', 'transports nobody knows, in Via below the top'],
  ['mpart01', '3.1.1.11', 'delivered', 'a body of bytes', 400],
  ['unreason', '3.1.1.12', 'taken', 'a reason phrase in UTF-8'],
  ['noreason', '3.1.1.13', 'taken', 'an empty reason phrase'],
  ['badinv01', '3.1.2.1', 400, 'nothing between semicolons in Via and Contact', 'ignored'],
  ['clerr', '3.1.2.2', 400, 'less body than Content-Length says'],
  ['ncl', '3.1.2.3', 400, 'a negative Content-Length'],
  ['scalar02', '3.1.2.4', 400, 'a CSeq beyond 2^31 and a Max-Forwards beyond 255', 'ignored'],
  ['scalarlg', '3.1.2.5', 'ignored', 'a response is dropped, not answered: its CSeq is beyond 2^31'],
  ['quotbal', '3.1.2.6', 400, 'a quoted string that does not end'],
  ['ltgtruri', '3.1.2.7', 400, 'the Request-URI in brackets; guessing is a choice not made'],
  ['lwsruri', '3.1.2.8', 400, 'white space in the Request-URI', 'ignored'],
  ['lwsstart', '3.1.2.9', 400, 'two spaces in the start line', 'delivered'],
  ['trws', '3.1.2.10', 400, 'spaces behind the start line', 'ignored'],
  ['escruri', '3.1.2.11', 400, 'headers in the Request-URI: neither obeyed nor passed on', 'delivered'],
  ['baddate', '3.1.2.12', 400, 'a Date that is not in GMT'],
  ['regbadct', '3.1.2.13', 400, 'a Contact with a question mark and without brackets could mean two things'],
  ['badaspec', '3.1.2.14', 400, 'spaces in the brackets of a To', 'delivered'],
  ['baddn', '3.1.2.15', 400, 'a comma in a display name without quotes'],
  ['badvers', '3.1.2.16', 505, 'SIP/7.0, in the Via too', 'ignored'],
  ['mismatch01', '3.1.2.17', 400, 'the method of the CSeq is another one'],
  ['mismatch02', '3.1.2.18', 400, 'the same with an unknown method; 501 would do as well'],
  ['bigcode', '3.1.2.19', 'ignored', 'a status code beyond three digits, 100 if it is cut to 32 bits'],
  ['badbranch', '3.2.1', 'delivered', 'the cookie alone: told apart as RFC 2543 does'],
  ['insuf', '3.3.1', 400, 'no From, To and Call-ID: answered with what there is'],
  ['unkscm', '3.3.2', 416, 'a scheme nobody knows', 'ignored'],
  ['novelsc', '3.3.3', 416, 'a scheme that is no telephony', 'ignored'],
  ['unksm2', '3.3.4', 'delivered', 'schemes in To, From and Contact are for the registrar to judge'],
  [
    'bext01',
    '3.3.5',
    420,
    'extensions that are registered nowhere; which of the registered ones is supported, the application knows',
    'ignored',
  ],
  ['invut', '3.3.6', 'delivered', 'the application knows which bodies it understands, and answers 415'],
  ['regaut01', '3.3.7', 'delivered', 'unknown credentials are none: the application challenges', 'ignored'],
  ['multi01', '3.3.8', 400, 'header fields twice that may be there once'],
  ['mcl01', '3.3.9', 400, 'two Content-Length'],
  ['bcast', '3.3.10', 'ignored', 'a response to somebody else: more Via than the request had'],
  ['zeromf', '3.3.11', 'delivered', 'Max-Forwards 0 stops a proxy, not an endpoint'],
  ['cparam01', '3.3.12', 'delivered', 'an unknown parameter of Contact'],
  ['cparam02', '3.3.13', 'delivered', 'an unknown parameter of the URI in Contact'],
  ['regescrt', '3.3.14', 'delivered', 'an escaped Route in the URI of a Contact'],
  ['sdp01', '3.3.15', 'delivered', 'the application knows what it can put in a body, and answers 406'],
  ['inv2543', '3.4.1', 'delivered', 'RFC 2543: no branch, no tag, no Max-Forwards, no Content-Length'],
];

const rfc5118: readonly Row[] = [
  ['ipv6-good', '4.1', 'delivered', 'addresses in brackets'],
  ['ipv6-bad', '4.2', 400, 'a Request-URI without the brackets', 'ignored'],
  ['port-ambiguous', '4.3', 'delivered', 'what is in the brackets is the address'],
  ['port-unambiguous', '4.4', 'delivered', 'the port behind the brackets'],
  ['via-received-param-with-delim', '4.5', 481, 'understood; a BYE of no dialog here'],
  ['via-received-param-no-delim', '4.5', 'delivered', 'received with and without brackets'],
  ['ipv6-in-sdp', '4.6', 'delivered', 'addresses in the body'],
  ['mult-ip-in-header', '4.7', 481, 'understood; a BYE of no dialog here'],
  ['mult-ip-in-sdp', '4.8', 'delivered', 'both families in the body'],
  ['ipv4-mapped-ipv6', '4.9', 'delivered', 'mapped addresses'],
  ['ipv6-bug-abnf-3-colons', '4.10', 'delivered', 'three colons, as the grammar of RFC 3261 has it'],
  ['ipv6-correct-abnf-2-colons', '4.10', 'delivered', 'two colons'],
];

const vectorsOf = (rfc: 4475 | 5118, rows: readonly Row[]): Vector[] =>
  rows.map(([name, section, outcome, why, drachtio]) => ({ name, rfc, section, outcome, drachtio, why }));

export const vectors: readonly Vector[] = [...vectorsOf(4475, rfc4475), ...vectorsOf(5118, rfc5118)];

/** The message, one character a byte. */
export const messageOf = (name: string): string =>
  readFileSync(new URL(`./messages/${name}.sip`, import.meta.url), 'latin1');
