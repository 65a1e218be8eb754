import { pino } from 'pino';
import t from 'tap';
import { builtIn } from '../../test/support/sip-servers.js';
import { answerStrangers } from './incoming.js';
import type { Inheritance } from './inheritance.js';
import type { RequestHandler, SipRequest, SipResponse, SrfClient } from './srf.js';
import { type House, loginOf, offer, openHouse } from './testing/house.js';
import { Softphone } from './testing/softphone.js';
import type { TrunkCallers } from './trunks/index.js';

const answer = offer.replace('40000', '50000');
const interactionId = '6a1ff1c2-8e5b-4d1a-9d3c-0f8e8f0a2b11';

async function registered({ telephony, agent, server }: House): Promise<Softphone> {
  const phone = await Softphone.open(server.wsPort);
  const response = await phone.register(loginOf(await telephony.issueCredential(agent)));
  if (response.status !== 200) throw new Error(response.text);
  return phone;
}

t.test('calls outlive the gateway that began them', async t => {
  const house = await openHouse(t, builtIn);
  let { telephony } = house;
  const phone = await registered(house);
  t.teardown(() => phone.drop());
  const ring = () =>
    telephony.inviteAgent({
      ...house.agent,
      interactionId,
      callerNumber: '+821012345678',
      offer,
      signal: new AbortController().signal,
    });
  async function talking() {
    const calling = ring();
    const invite = await phone.request('INVITE');
    phone.respond(invite, 200, 'OK', answer);
    const { callId } = await calling;
    await phone.request('ACK');
    return { callId, invite, call: { callId, interactionId, localSdp: offer, trunk: false } };
  }
  /** The gateway goes, `meanwhile` happens, and the next one is there. */
  async function succeeded(meanwhile: () => void = () => undefined) {
    await telephony.stop();
    meanwhile();
    telephony = await house.again();
    t.ok(telephony.keepsCalls());
    await telephony.inherited();
  }

  await t.test('the next one goes on with it, in both directions', async t => {
    const { invite, call } = await talking();
    await succeeded();
    const dialog = await telephony.adopt(call);
    if (!dialog) throw new Error('the SIP server does not know it');
    phone.respond(await phone.request('OPTIONS'), 501, 'Not Implemented');
    dialog.onReoffer(async again => again.replace('sendonly', 'recvonly'));
    phone.requestWithin(invite, 'INVITE', 1, answer.replace('sendrecv', 'sendonly'));
    const held = await phone.receive(({ status, header }) => status === 200 && header('CSeq') === '1 INVITE');
    t.match(held.body, 'a=recvonly');
    phone.requestWithin(invite, 'ACK', 1);
    const offered = dialog.reinvite(offer.replace('40000', '41000'));
    const reinvite = await phone.request('INVITE');
    t.match(reinvite.body, 'audio 41000');
    phone.respond(reinvite, 200, 'OK', answer);
    t.equal(await offered, answer);
    await phone.request('ACK');
    const ended = new Promise(resolve => dialog.onEnded(resolve));
    phone.requestWithin(invite, 'BYE', 2);
    await ended;
    await phone.receive(({ status, header }) => status === 200 && header('CSeq') === '2 BYE');
    t.equal(await telephony.adopt(call), undefined, 'it is taken once');
  });

  await t.test('we hang up', async () => {
    const { call } = await talking();
    await succeeded();
    const dialog = await telephony.adopt(call);
    phone.respond(await phone.request('OPTIONS'), 501, 'Not Implemented');
    const ending = dialog?.end();
    phone.respond(await phone.request('BYE'), 200, 'OK');
    await ending;
  });

  await t.test('the softphone has hung up meanwhile', async t => {
    const { invite, call } = await talking();
    await succeeded(() => phone.requestWithin(invite, 'BYE', 1));
    const dialog = await telephony.adopt(call);
    t.type(await new Promise(resolve => dialog?.onEnded(resolve)), 'string');
    await phone.receive(({ status, header }) => status === 200 && header('CSeq') === '1 BYE');
  });

  await t.test('one that nobody wants is hung up by its Call-ID', async t => {
    const { callId } = await talking();
    await succeeded();
    const ended = telephony.endStale(callId);
    phone.respond(await phone.request('BYE'), 200, 'OK');
    t.equal(await ended, true);
    t.equal(await telephony.adopt({ callId, interactionId, localSdp: offer, trunk: false }), undefined);
  });

  await t.test('what rings stops at once', async t => {
    const calling = ring().catch(() => 'given up');
    const invite = await phone.request('INVITE');
    phone.respond(invite, 180, 'Ringing');
    await telephony.stop();
    phone.respond(await phone.request('CANCEL'), 200, 'OK');
    phone.respond(invite, 487, 'Request Terminated');
    t.equal(await calling, 'given up');
    telephony = await house.again();
  });
});

t.test('the list may come in the turn of the loop in which the login is answered', async t => {
  const handlers = new Map<string | symbol, RequestHandler>();
  const srf = new Proxy({} as SrfClient, {
    get: (_, method) => (handler: RequestHandler) => handlers.set(method, handler),
  });
  const heard: unknown[] = [];
  const inheritance = { possible: false, hear: (notice: unknown) => heard.push(notice) };
  answerStrangers({
    ...{ srf, callers: {} as TrunkCallers },
    inheritance: inheritance as unknown as Inheritance,
    take: () => undefined,
    logger: pino({ level: 'silent' }),
  });
  setImmediate(() => {
    inheritance.possible = true;
  });
  const notice = { has: () => true } as unknown as SipRequest;
  handlers.get('notify')?.(notice, {} as SipResponse);
  await new Promise(resolve => setTimeout(resolve, 0));
  await new Promise(resolve => setImmediate(resolve));
  t.same(heard, [notice]);
});
