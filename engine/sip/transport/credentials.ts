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

interface Material {
  options: SecureContextOptions;
  context: SecureContext;
}

export class Credentials {
  #current: Material;
  readonly #listeners: ((options: SecureContextOptions) => void)[] = [];

  /** @throws when a file cannot be read, or holds no certificate, or the key of another one */
  constructor(private readonly files: TlsFiles) {
    this.#current = read(files);
  }

  /** For both roles: we show our certificate to those we connect to, too. */
  get context(): SecureContext {
    return this.#current.context;
  }

  get options(): SecureContextOptions {
    return this.#current.options;
  }

  /** Reads the files again; connections that are open keep what they have. @throws as the constructor, changing nothing */
  reload(): void {
    this.#current = read(this.files);
    for (const listener of this.#listeners) listener(this.#current.options);
  }

  onReloaded(listener: (options: SecureContextOptions) => void): void {
    this.#listeners.push(listener);
  }
}

function read({ certificate, key, authorities }: TlsFiles): Material {
  try {
    const options: SecureContextOptions = {
      cert: readFileSync(certificate),
      key: readFileSync(key),
      ca: authorities === undefined ? undefined : [...rootCertificates, readFileSync(authorities, 'utf8')],
      minVersion: oldest,
    };
    return { options, context: createSecureContext(options) };
  } catch (error) {
    throw new Error(`${certificate}: ${(error as Error).message}`, { cause: error });
  }
}
