import type { Flow } from './transport.js';

/** Where a message comes from that the server made itself: what is sent there is never seen again. */
export const nowhere: Flow = {
  protocol: 'udp',
  connected: false,
  local: { protocol: 'udp', address: '', port: 0, advertisedHost: 'ringbridge.invalid' },
  remoteAddress: '',
  remotePort: 0,
  open: true,
  send: () => undefined,
  onClosed: () => () => undefined,
};
