/** An application that registers one subscriber, who has to prove his password, and takes calls as a test says. */
import type Srf from 'drachtio-srf';
import type { SrfRequest, SrfResponse } from 'drachtio-srf';
import { Challenge } from '../../engine/phone-network/challenge.js';
import type { TestSipServer } from '../support/sip-servers.js';
import { application, Promised } from './application.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export const subscriber = { realm: 'test.example', username: 'alice', password: 'wonderland' };

export interface Registrar {
  srf: Srf;
  /** Resolves with the first registration. */
  registered: Promise<void>;
  /** Where the subscriber is reached: the contact of the newest registration. */
  contact(): string;
  /** What is done with INVITEs from now on. */
  onInvite(handler: (req: SrfRequest, res: SrfResponse) => void): void;
}

export async function registrar(t: Teardown, server: TestSipServer): Promise<Registrar> {
  const challenge = new Challenge(subscriber);
  const registered = new Promised<void>();
  let contact = '';
  let invited = (_req: SrfRequest, res: SrfResponse): void => void res.send(603);
  const srf = await application(t, server, {
    register: (req, res) => {
      const given = req.get('Authorization');
      if (!challenge.accepts(given, 'REGISTER')) {
        const asked = challenge.header(given, 'REGISTER');
        return res.send(401, { headers: { 'WWW-Authenticate': asked } });
      }
      contact = /<([^>]*)>/.exec(req.get('Contact'))?.[1] ?? '';
      res.send(200, { headers: { Contact: req.get('Contact'), Expires: '600' } });
      registered.resolve();
    },
    invite: (req, res) => invited(req, res),
  });
  return {
    srf,
    registered: registered.value,
    contact: () => contact,
    onInvite: handler => {
      invited = handler;
    },
  };
}
