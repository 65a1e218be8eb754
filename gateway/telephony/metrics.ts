import { Gauge, type Registry } from 'prom-client';
import type { Telephony } from './port.js';

/** How the trunks stand, for the metrics page; read from the store when the page is. */
export function trunkMetrics(registry: Registry, telephony: Telephony): void {
  const labelNames = ['trunk'];
  const up = new Gauge({
    name: 'ringbridge_trunk_up',
    help: 'Whether calls are sent through the trunk (1), or it is passed over (0)',
    labelNames,
    registers: [registry],
    async collect() {
      for (const trunk of await telephony.trunks()) {
        const labels = { trunk: trunk.name };
        up.set(labels, trunk.up ? 1 : 0);
        channels.set(labels, trunk.channels);
        if (trunk.registered !== null) registered.set(labels, trunk.registered ? 1 : 0);
      }
    },
  });
  const channels = new Gauge({
    name: 'ringbridge_trunk_channels',
    help: 'Calls on the trunk, of all gateways',
    labelNames,
    registers: [registry],
  });
  const registered = new Gauge({
    name: 'ringbridge_trunk_registered',
    help: 'Whether the trunk has us registered',
    labelNames,
    registers: [registry],
  });
}
