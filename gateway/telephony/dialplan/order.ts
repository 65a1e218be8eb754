import type { Trunk } from './index.js';

/** A trunk of a route. Neighbours with a weight share the calls; one without stands alone in its place. */
export interface Share {
  trunk: Trunk;
  weight: number | undefined;
}

/**
 * The order in which the trunks of a route are tried for one call: the places of the file, and within a group of
 * weighted neighbours drawn by their weights, as RFC 2782 draws servers.
 * @param random a number in [0, 1)
 */
export function drawOrder(members: readonly Share[], random: () => number = Math.random): Trunk[] {
  const order: Trunk[] = [];
  const group: { trunk: Trunk; weight: number }[] = [];
  const drawGroup = () => {
    while (group.length > 0) {
      let at = random() * group.reduce((sum, { weight }) => sum + weight, 0);
      const index = group.findIndex(({ weight }) => {
        at -= weight;
        return at < 0;
      });
      order.push(...group.splice(Math.max(0, index), 1).map(({ trunk }) => trunk));
    }
  };
  for (const { trunk, weight } of members) {
    if (weight !== undefined) group.push({ trunk, weight });
    else {
      drawGroup();
      order.push(trunk);
    }
  }
  drawGroup();
  return order;
}
