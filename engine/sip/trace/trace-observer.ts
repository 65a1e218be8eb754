import type { Flow, WireObserver } from '../transport/transport.js';
import type { CallTrace } from './call-trace.js';
import type { Address } from './pcap.js';

const ours = ({ local }: Flow): Address => local;
const theirs = ({ remoteAddress, remotePort }: Flow): Address => ({
  address: remoteAddress,
  port: remotePort,
});

/** Lets a trace see the wire. */
export const traceObserver = (trace: CallTrace): WireObserver => ({
  received: (text, flow) => trace.message(text, theirs(flow), ours(flow)),
  sent: (text, flow) => trace.message(text, ours(flow), theirs(flow)),
});
