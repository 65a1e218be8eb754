import { fileURLToPath } from 'node:url';

/** The file of one of this benchmark's sipp scenarios. */
export const scenario = (name: string): string =>
  fileURLToPath(new URL(`./sipp/${name}.xml`, import.meta.url));
