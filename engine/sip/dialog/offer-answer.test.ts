/** Whose offer is open after each message that RFC 3261 section 13.2.1, RFC 3262 section 5 and RFC 3311 allow one in. */
import { test } from 'tap';
import { OfferAnswer } from './offer-answer.js';

type Step = (offers: OfferAnswer) => void;
const request =
  (by: 'us' | 'peer', method: string, described = true): Step =>
  o =>
    o.request(by, method, described);
const response =
  (described = true): Step =>
  o =>
    o.inviteResponse('peer', described);
const closed =
  (method: string): Step =>
  o =>
    o.closed(method);

const stories: Record<string, [Step, string | undefined][]> = {
  'offer and answer in an INVITE': [
    [request('peer', 'INVITE'), 'peer'],
    [response(false), 'peer'],
    [response(), undefined],
    [response(), undefined],
    [closed('INVITE'), undefined],
  ],
  'an INVITE that fails': [
    [request('peer', 'INVITE'), 'peer'],
    [closed('INVITE'), undefined],
  ],
  'an offer in the 2xx, its answer in the ACK': [
    [request('peer', 'INVITE', false), undefined],
    [response(), 'us'],
    [closed('INVITE'), undefined],
  ],
  'an offer in a reliable provisional response, its answer in the PRACK': [
    [request('peer', 'INVITE', false), undefined],
    [response(), 'us'],
    [request('peer', 'PRACK'), undefined],
    [closed('PRACK'), undefined],
    [response(), undefined],
  ],
  'a new offer in the PRACK': [
    [request('peer', 'INVITE'), 'peer'],
    [response(), undefined],
    [request('peer', 'PRACK'), 'peer'],
    [closed('PRACK'), undefined],
  ],
  'UPDATE from each side': [
    [request('us', 'UPDATE', false), undefined],
    [request('us', 'UPDATE'), 'us'],
    [request('peer', 'UPDATE'), 'us'],
    [closed('UPDATE'), undefined],
    [request('peer', 'UPDATE'), 'peer'],
    [closed('INVITE'), 'peer'],
    [closed('UPDATE'), undefined],
  ],
};

test('whose offer is open', async t => {
  for (const [name, steps] of Object.entries(stories)) {
    const offers = new OfferAnswer();
    for (const [index, [step, expected]] of steps.entries()) {
      step(offers);
      t.equal(offers.open, expected, `${name}, step ${index + 1}`);
    }
  }
});
