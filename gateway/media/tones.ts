/** A signal of a telephone network: frequencies heard together, and on and off times in milliseconds, repeated. */
export interface Cadence {
  frequencies: readonly number[];
  onOffMs: readonly number[];
}

/** ITU-T E.180 Supplement 2, "Various tones used in national networks", for engines that are told how a tone sounds. */
const networks: Record<string, Record<'ringback' | 'busy', Cadence>> = {
  kr: {
    ringback: { frequencies: [440, 480], onOffMs: [1000, 2000] },
    busy: { frequencies: [480, 620], onOffMs: [500, 500] },
  },
  us: {
    ringback: { frequencies: [440, 480], onOffMs: [2000, 4000] },
    busy: { frequencies: [480, 620], onOffMs: [500, 500] },
  },
  jp: {
    ringback: { frequencies: [384, 416], onOffMs: [1000, 2000] },
    busy: { frequencies: [400], onOffMs: [500, 500] },
  },
  gb: {
    ringback: { frequencies: [400, 450], onOffMs: [400, 200, 400, 2000] },
    busy: { frequencies: [400], onOffMs: [380, 380] },
  },
  de: {
    ringback: { frequencies: [425], onOffMs: [1000, 4000] },
    busy: { frequencies: [425], onOffMs: [480, 480] },
  },
  fr: {
    ringback: { frequencies: [440], onOffMs: [1500, 3500] },
    busy: { frequencies: [440], onOffMs: [500, 500] },
  },
};

/** The countries whose networks are known. */
export const toneCountries: readonly string[] = Object.keys(networks);

export const beep: Cadence = { frequencies: [1400], onOffMs: [500] };

/** The tone of a country's network (ISO 3166 code); an unknown one has Korea's. */
export function cadenceOf(tone: 'ringback' | 'busy', country = 'kr'): Cadence {
  const code = country.toLowerCase();
  const network = Object.hasOwn(networks, code) ? networks[code] : networks.kr;
  return (network as Record<'ringback' | 'busy', Cadence>)[tone];
}
