/** Kamailio as a carrier that we register with, with the configuration beside this file. */
import { fileURLToPath } from 'node:url';
import { ownSipPort } from '../../support/ports.js';
import { runKamailio, type Teardown } from './process.js';

export const accounts = { first: 'ringbridge', second: 'branch' };
/** Where its calls come from; what registers with it does so at 127.0.0.1. */
export const callingHost = '127.0.0.3';
/** It leads to the first account, every other one to the second. */
export const firstNumber = '+82215880000';

export interface RegistrarCarrier {
  port: number;
  /** Resolves with the contact of an account's first registration, as a URI. */
  contactOf(account: string): Promise<string>;
}

const configuration = fileURLToPath(new URL('./registrar.cfg', import.meta.url));

export async function startRegistrarCarrier(t: Teardown, password: string): Promise<RegistrarCarrier> {
  const port = await ownSipPort();
  const kamailio = await runKamailio(t, configuration, {
    PROXY_PORT: port,
    CALLING_HOST: callingHost,
    PASSWORD: password,
    FIRST_NUMBER: firstNumber,
    FIRST_ACCOUNT: accounts.first,
    SECOND_ACCOUNT: accounts.second,
  });
  return {
    port,
    async contactOf(account) {
      const line = await kamailio.said(new RegExp(`registered ${account} at `));
      return /<(sip:[^>]+)>/.exec(line)?.[1] ?? '';
    },
  };
}
