import { createHash, X509Certificate } from 'node:crypto';
import t from 'tap';
import { makeCertificate } from './certificate.js';

t.test('the certificate is one, signed by its own key, with the fingerprint it says', async t => {
  for (let i = 0; i < 20; i++) {
    const { certificatePem, keyPem, fingerprint } = makeCertificate('ringbridge');
    const certificate = new X509Certificate(certificatePem);
    t.equal(certificate.subject, 'CN=ringbridge');
    t.ok(certificate.verify(certificate.publicKey));
    t.ok(certificate.checkIssued(certificate));
    t.equal(certificate.fingerprint256, fingerprint.value);
    t.ok(new Date(certificate.validFrom).getTime() < Date.now());
    t.ok(new Date(certificate.validTo).getTime() > Date.now());
    t.match(keyPem, /^-----BEGIN PRIVATE KEY-----/);
    const hash = createHash('sha256').update(certificate.raw).digest('hex');
    t.equal(fingerprint.value.replaceAll(':', '').toLowerCase(), hash);
  }
});
