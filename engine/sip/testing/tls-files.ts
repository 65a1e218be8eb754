import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Test code of ours may borrow from the engine next door: it is the one place where certificates are made.
import { makeCertificate } from '../../media/webrtc/certificate.js';
import type { TlsFiles } from '../transport/credentials.js';

/** A certificate made for this test, in files and as text. It is signed by itself, and its own authority. */
export interface TestCertificate {
  files: Required<TlsFiles>;
  certificate: string;
  key: string;
  /** Another certificate in the same files. */
  renew(): void;
}

/** @param name the common name, which stands for the SIP domain */
export function testCertificate(t: { teardown(end: () => void): void }, name: string): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'ringbridge-tls-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const files = {
    certificate: join(folder, 'certificate.pem'),
    key: join(folder, 'key.pem'),
    authorities: join(folder, 'certificate.pem'),
  };
  const made: TestCertificate = {
    files,
    certificate: '',
    key: '',
    renew: () => {
      const { certificatePem, keyPem } = makeCertificate(name);
      made.certificate = certificatePem;
      made.key = keyPem;
      writeFileSync(files.certificate, certificatePem);
      writeFileSync(files.key, keyPem, { mode: 0o600 });
    },
  };
  made.renew();
  return made;
}
