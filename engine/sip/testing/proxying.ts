/** An application on the unmodified drachtio-srf that forwards whatever comes, for tests. */
import type { SrfRequest } from 'drachtio-srf';
import type { Handler, Harness } from './harness.js';
import type { UdpPeer } from './peer.js';

export interface ProxyResults {
  connected: boolean;
  finalStatus?: number;
  responses: { address: string; port: number; msgs: { status: number }[] }[];
}

export interface ProxyOptions {
  forking?: 'sequential' | 'simultaneous';
  remainInDialog?: boolean;
  provisionalTimeout?: string;
  finalTimeout?: string;
  followRedirects?: boolean;
  headers?: Record<string, string>;
}

type ProxyRequest = (req: SrfRequest, to: string[], options: ProxyOptions) => Promise<ProxyResults>;

/** @returns what became of each request, in order: the results, or the error's text */
export async function proxyTo(
  harness: Harness,
  destinations: () => string[],
  options: ProxyOptions = {},
  methods: string[] = ['invite'],
): Promise<{ results: Promise<ProxyResults | string>[]; disconnect(): Promise<void> }> {
  const results: Promise<ProxyResults | string>[] = [];
  const forward: Handler = req => {
    const forwarded = (srf.proxyRequest as unknown as ProxyRequest).call(srf, req, destinations(), {
      ...options,
    });
    results.push(forwarded.catch(String));
  };
  const srf = await harness.application(Object.fromEntries(methods.map(method => [method, forward])));
  return { results, disconnect: () => harness.disconnect(srf) };
}

/** A target that leads to the peer. */
export const to = (peer: UdpPeer): string => `sip:target@127.0.0.1:${peer.port}`;
