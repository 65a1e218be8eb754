/** Legs for the conformance suite: a peer that speaks and hears, and the endpoint it is connected to. */
import type { Test } from 'tap';
import { type Law, RtpPeer, type RtpPeerOptions } from '../../../test/support/audio.js';
import { WebRtcPeer } from '../../../test/support/webrtc-peer.js';
import type { Endpoint, EndpointEvents, EndpointRequest, MediaServer } from '../port.js';

/** Frequencies far from each other, from every tone and from every note that an engine plays. */
export const callerHz = 1000;
export const agentHz = 1800;
export const thirdHz = 2600;

export interface Leg {
  peer: RtpPeer | WebRtcPeer;
  endpoint: Endpoint;
}

export interface PhoneLeg extends Leg {
  peer: RtpPeer;
}

export interface BrowserLeg extends Leg {
  peer: WebRtcPeer;
}

export async function end(...legs: Leg[]): Promise<void> {
  for (const { peer, endpoint } of legs) {
    await endpoint.destroy();
    peer.close();
  }
}

/** Both hear each other's tone. */
export async function talkTogether(first: Leg, second: Leg): Promise<void> {
  first.peer.mouth.speak(callerHz);
  second.peer.mouth.speak(agentHz);
  await Promise.all([first.peer.listener.ear.tone(agentHz), second.peer.listener.ear.tone(callerHz)]);
}

/** Whoever was heard came in one RTP stream, where the engine declares that. */
export function heardInOneStream(t: Test, server: MediaServer, ...legs: Leg[]): void {
  if (!server.capabilities.has('one_stream')) return;
  for (const { peer } of legs) t.equal(peer.listener.ssrcs.size, 1, 'one SSRC all along');
}

/** The next event of an endpoint. */
export async function next<E extends keyof EndpointEvents>(
  endpoint: Endpoint,
  event: E,
): Promise<EndpointEvents[E]> {
  return new Promise(resolve => {
    const listener = (...args: EndpointEvents[E]) => {
      endpoint.off(event, listener);
      resolve(args);
    };
    endpoint.on(event, listener);
  });
}

/** A telephone that called us: its offer was answered. */
export async function answeredPhone(
  server: MediaServer,
  laws?: Law[],
  options?: RtpPeerOptions,
  request?: Partial<EndpointRequest>,
): Promise<PhoneLeg> {
  const peer = await RtpPeer.open(laws, options);
  const endpoint = await server.createEndpoint({ ...request, kind: 'rtp', remoteSdp: peer.sdp() });
  peer.connect(endpoint.localSdp);
  return { peer, endpoint };
}

/** A telephone that we called: it answered our offer. */
export async function calledPhone(
  server: MediaServer,
  laws?: Law[],
  options?: RtpPeerOptions,
  request?: Partial<EndpointRequest>,
): Promise<PhoneLeg> {
  const peer = await RtpPeer.open(laws, options);
  const endpoint = await server.createEndpoint({ ...request, kind: 'rtp' });
  peer.connect(endpoint.localSdp);
  await endpoint.accept(peer.sdp());
  return { peer, endpoint };
}

/** A browser that called us. */
export async function answeredBrowser(server: MediaServer): Promise<BrowserLeg> {
  const peer = WebRtcPeer.offering();
  const endpoint = await server.createEndpoint({ kind: 'webrtc', remoteSdp: peer.sdp });
  const connected = next(endpoint, 'connected');
  peer.accept(endpoint.localSdp);
  await Promise.all([connected, peer.opened]);
  return { peer, endpoint };
}

/** A browser that we called. */
export async function calledBrowser(server: MediaServer): Promise<BrowserLeg> {
  const endpoint = await server.createEndpoint({ kind: 'webrtc' });
  const peer = WebRtcPeer.answering(endpoint.localSdp);
  const connected = next(endpoint, 'connected');
  await endpoint.accept(peer.sdp);
  await Promise.all([connected, peer.opened]);
  return { peer, endpoint };
}
