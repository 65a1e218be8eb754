/** Our certificate, and whom we trust: read from files at the start and again when they have changed. */
import { readFileSync } from 'node:fs';
import {
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';

/** PEM files. */
export interface TlsFiles {
  /** Our certificate, with those of the authorities between it and a root behind it. */
  certificate: string;
  key: string;
  /** Authorities to trust besides those that Node knows. */
  authorities?: string;
}

const oldest = 'TLSv1.2';

export class Credentials {
  #options: SecureContextOptions;
  #context: SecureContext;
  readonly #listeners: ((options: SecureContextOptions) => void)[] = [];

  /** @throws when a file cannot be read, or holds no certificate, or the key of another one */
  constructor(private readonly files: TlsFiles) {
    this.#options = read(files);
    this.#context = createSecureContext(this.#options);
  }

  /** For both roles: we show our certificate to those we connect to, too. */
  get context(): SecureContext {
    return this.#context;
  }

  get options(): SecureContextOptions {
    return this.#options;
  }

  /** Reads the files again; connections that are open keep what they have. @throws as the constructor, changing nothing */
  reload(): void {
    const options = read(this.files);
    this.#context = createSecureContext(options);
    this.#options = options;
    for (const listener of this.#listeners) listener(options);
  }

  onReloaded(listener: (options: SecureContextOptions) => void): void {
    this.#listeners.push(listener);
  }
}

function read({ certificate, key, authorities }: TlsFiles): SecureContextOptions {
  return {
    cert: readFileSync(certificate),
    key: readFileSync(key),
    ca: authorities === undefined ? undefined : [...rootCertificates, readFileSync(authorities, 'utf8')],
    minVersion: oldest,
  };
}
