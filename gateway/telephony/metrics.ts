import { Gauge, type Registry } from 'prom-client';
import type { Telephony } from './port.js';

/** How the trunks stand, for the metrics page; read from the store when the page is. */
export function trunkMetrics(registry: Registry, telephony: Telephony): void {
  const labelNames = ['trunk', 'tenant'];
  const up = new Gauge({
    name: 'ringbridge_trunk_up',
    help: 'Whether calls are sent through the trunk (1), or it is passed over (0)',
    labelNames,
    registers: [registry],
    async collect() {
      const trunks = await telephony.trunks();
      // One that is no more must not be shown as it was at last.
      for (const gauge of [up, channels, registered]) gauge.reset();
      for (const trunk of trunks) {
        const labels = { trunk: trunk.name, ...(trunk.tenantId !== null && { tenant: trunk.tenantId }) };
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
