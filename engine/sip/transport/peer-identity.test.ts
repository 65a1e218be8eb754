/** Which certificates are for which SIP domain (RFC 5922 section 7). */
import { test } from 'tap';
import { type CertificateNames, identityProblem } from './peer-identity.js';

const named = (subjectaltname: string, CN = 'other.example'): CertificateNames => ({
  subject: { CN },
  subjectaltname,
});

test('the domain of a peer and the names in its certificate', async t => {
  const cases: [string, CertificateNames, boolean][] = [
    ['example.com', named('DNS:sip.example.com, DNS:example.com'), true],
    ['Example.COM.', named('DNS:example.com'), true],
    ['example.com', named('URI:sip:example.com'), true],
    ['example.com', named('URI:SIP:example.com, DNS:a.example'), true],
    ['a.example', named('URI:sip:example.com, DNS:a.example'), false],
    ['a.example', named('URI:http://example.com/, DNS:a.example'), true],
    ['example.com', named('URI:sip:bob@example.com'), false],
    ['example.com', named('URI:sips:example.com'), false],
    ['sip.example.com', named('DNS:*.example.com'), false],
    ['example.com', named('DNS:sip.example.com'), false],
    ['other.example', named('DNS:example.com'), false],
    ['other.example', { subject: { CN: 'Other.example' } }, true],
    ['other.example', { subject: { CN: ['a.example', 'other.example'] } }, true],
    ['example.com', {}, false],
    ['192.0.2.1', named('IP Address:192.0.2.1'), true],
    ['192.0.2.1', named('DNS:192.0.2.1'), false],
    ['2001:db8::1', named('IP Address:2001:DB8:0:0:0:0:0:1'), true],
    ['192.0.2.1', { subject: { CN: '192.0.2.1' } }, false],
    ['example.com', named('DNS:"a, DNS:example.com"'), false],
  ];
  for (const [domain, certificate, good] of cases) {
    const problem = identityProblem(domain, certificate);
    t.equal(problem === undefined, good, `${domain}: ${JSON.stringify(certificate)}`);
  }
});
