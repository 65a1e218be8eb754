import type { Trunk } from '../dialplan/index.js';

/** A SIP URI at a trunk; without a user it is the trunk itself. */
export function trunkUri({ hostPort, transport }: Trunk, user?: string): string {
  return `sip:${user === undefined ? '' : `${user}@`}${hostPort}${transport === 'udp' ? '' : `;transport=${transport}`}`;
}
