/** The certificates of the server: one for SIP, one for the control port, either of which may be absent. */
import { ListenError } from './listen-error.js';
import type { SipServerOptions } from './options.js';
import { Credentials, type TlsFiles } from './transport/credentials.js';

export interface Certificates {
  sip: Credentials | undefined;
  control: Credentials | undefined;
  /** Reads the files again. @throws when some are wrong: in the place of those the old ones stay */
  reload(): void;
}

function credentialsOf(files: TlsFiles | undefined): Credentials | undefined {
  if (files === undefined) return undefined;
  try {
    return new Credentials(files);
  } catch (error) {
    throw new ListenError(`cannot use the certificate in ${(error as Error).message}`);
  }
}

/** @throws ListenError */
export function readCertificates({ tlsFiles, controlTlsFiles }: SipServerOptions): Certificates {
  const sip = credentialsOf(tlsFiles);
  const control = credentialsOf(controlTlsFiles);
  const reload = () => {
    const wrong: string[] = [];
    for (const credentials of [sip, control]) {
      try {
        credentials?.reload();
      } catch (error) {
        wrong.push((error as Error).message);
      }
    }
    if (wrong.length > 0) throw new Error(wrong.join('; '));
  };
  return { sip, control, reload };
}
