/** Subscriptions for tests: those of a peer at an application by hand, and those of the application at a peer. */
import type { SipRequest } from '../message/message.js';
import { FakeClock } from './fake-clock.js';
import { Harness, secret } from './harness.js';
import { type Header, PeerCall, peerRequest, type UdpPeer } from './peer.js';
import type { RawApplication } from './raw-application.js';

export const presence: Header = ['Event', 'presence'];

/** A server on a clock of its own, with one application by hand that takes SUBSCRIBE, and a peer. */
export async function start() {
  const clock = new FakeClock();
  const harness = await Harness.start({}, { clock });
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|subscribe');
  return { clock, harness, application, peer: await harness.udpPeer() };
}

/** A peer that subscribes: the subscription as its own side sees it. */
export class Subscriber extends PeerCall {
  subscribe(expires: number | undefined, headers: Header[] = []): void {
    const contact: Header = ['Contact', `<${this.peer.contact}>`];
    const lasting: Header[] = expires === undefined ? [] : [['Expires', String(expires)]];
    this.send('SUBSCRIBE', { headers: [presence, contact, ...lasting, ...headers] });
  }
}

/** The peer's subscription, accepted by the application by hand, and the id of its dialog. */
export async function subscribed(
  harness: Harness,
  application: RawApplication,
  peer: UdpPeer,
  expires?: number,
) {
  const call = new Subscriber(peer, harness.uri);
  call.subscribe(expires);
  const { fields } = await application.sip('SUBSCRIBE');
  const answered = await application.ask(`sip|${fields[8]}||\r\nSIP/2.0 202 Accepted\r\n\r\n`);
  const accepted = await peer.response(202, 'SUBSCRIBE');
  call.answered(accepted);
  const dialog = answered[8] as string;
  const notify = (state: string) =>
    application.ask(
      `sip||${dialog}|\r\nNOTIFY sip:placeholder SIP/2.0\r\nEvent: presence\r\nSubscription-State: ${state}\r\n\r\n`,
    );
  return { call, dialog, accepted, notify };
}

/** A subscription that the application by hand asks for: the SUBSCRIBE as the peer got it. */
export async function asked(application: RawApplication, peer: UdpPeer, expires = 600) {
  const [result] = await application.ask(
    `sip|||\r\nSUBSCRIBE sip:bob@127.0.0.1:${peer.port} SIP/2.0\r\nEvent: presence\r\nExpires: ${expires}\r\n\r\n`,
  );
  if (result !== 'OK') throw new Error('not sent');
  return peer.request('SUBSCRIBE');
}

export function notify(
  peer: UdpPeer,
  subscribe: SipRequest,
  tag: string,
  sequence: number,
  state: string,
): void {
  const headers: Header[] = [presence, ['Subscription-State', state], ['Contact', `<${peer.contact}>`]];
  const identity = { callId: subscribe.callId, from: `${subscribe.to};tag=${tag}`, to: subscribe.from };
  peer.sendText(
    peerRequest(peer, { method: 'NOTIFY', uri: 'sip:us@127.0.0.1', ...identity, sequence, headers }),
  );
}

/** The application by hand answers the request of a frame. */
export const answer = (application: RawApplication, frame: { fields: string[] }, status: string) =>
  application.ask(`sip|${frame.fields[8]}||\r\nSIP/2.0 ${status}\r\n\r\n`);
