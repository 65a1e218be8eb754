/** Legs for the conformance suite: a peer that speaks and hears, and the endpoint it is connected to. */
import { RtpPeer } from '../../test/support/audio.js';
import { WebRtcPeer } from '../../test/support/webrtc-peer.js';
import type { Endpoint, EndpointEvents, MediaServer } from './port.js';

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
export async function answeredPhone(server: MediaServer, laws?: ('PCMU' | 'PCMA')[]) {
  const peer = await RtpPeer.open(laws);
  const endpoint = await server.createEndpoint({ kind: 'rtp', remoteSdp: peer.sdp() });
  peer.connect(endpoint.localSdp);
  return { peer, endpoint };
}

/** A telephone that we called: it answered our offer. */
export async function calledPhone(server: MediaServer, laws?: ('PCMU' | 'PCMA')[]) {
  const peer = await RtpPeer.open(laws);
  const endpoint = await server.createEndpoint({ kind: 'rtp' });
  peer.connect(endpoint.localSdp);
  await endpoint.accept(peer.sdp());
  return { peer, endpoint };
}

/** A browser that called us. */
export async function answeredBrowser(server: MediaServer) {
  const peer = WebRtcPeer.offering();
  const endpoint = await server.createEndpoint({ kind: 'webrtc', remoteSdp: peer.sdp });
  const connected = next(endpoint, 'connected');
  peer.accept(endpoint.localSdp);
  await Promise.all([connected, peer.opened]);
  return { peer, endpoint };
}

/** A browser that we called. */
export async function calledBrowser(server: MediaServer) {
  const endpoint = await server.createEndpoint({ kind: 'webrtc' });
  const peer = WebRtcPeer.answering(endpoint.localSdp);
  const connected = next(endpoint, 'connected');
  await endpoint.accept(peer.sdp);
  await Promise.all([connected, peer.opened]);
  return { peer, endpoint };
}
