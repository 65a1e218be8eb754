import type { Trunk, TrunkSettings } from '../api.js';
import type { AdminText } from '../i18n/texts.js';
import { digitsOf } from '../parts/digits.js';
import type { Tone } from '../parts/small.js';

/** What the form holds: lists as people write them, and nothing as an empty field. */
export interface TrunkValues
  extends Omit<TrunkSettings, 'username' | 'fromDomain' | 'sources' | 'number' | 'prefixes'> {
  name: string;
  address: string;
  username: string;
  password: string;
  fromDomain: string;
  sources: string;
  number: string;
  prefixes: string;
}

export const newTrunk: TrunkValues = {
  ...{ name: '', address: '', username: '', password: '', fromDomain: '', sources: '', number: '' },
  ...{ country: null, numberFormat: 'e164', callerIdFormat: 'e164', prefixes: '+', priority: 10, weight: 1 },
  ...{
    maxChannels: null,
    callsPerSecond: null,
    inboundPerSecond: null,
    checkSeconds: 30,
    registerSeconds: null,
  },
};

export function valuesOf(trunk: Trunk): TrunkValues {
  const { name, country, maxChannels, callsPerSecond, inboundPerSecond, checkSeconds, registerSeconds } =
    trunk;
  return {
    ...{ name, country, maxChannels, callsPerSecond, inboundPerSecond, checkSeconds, registerSeconds },
    address: trunk.address ?? '',
    username: trunk.username ?? '',
    // It is never told; an empty one stays as it is.
    password: '',
    fromDomain: trunk.fromDomain ?? '',
    sources: (trunk.sources ?? []).join(', '),
    number: trunk.number ?? '',
    prefixes: trunk.prefixes?.join(', ') ?? newTrunk.prefixes,
    numberFormat: trunk.numberFormat ?? newTrunk.numberFormat,
    callerIdFormat: trunk.callerIdFormat ?? newTrunk.callerIdFormat,
    priority: trunk.priority ?? newTrunk.priority,
    weight: trunk.weight ?? newTrunk.weight,
  };
}

const listed = (text: string) => text.split(/[\s,;]+/).filter(Boolean);
const orNull = (text: string) => text.trim() || null;

const sent: { [K in keyof TrunkValues]?: (value: string) => unknown } = {
  name: value => value.trim(),
  // People paste the host alone.
  address: value => (/^sips?:|:\/\//i.test(value.trim()) ? value.trim() : `sip:${value.trim()}`),
  username: orNull,
  password: value => value || undefined,
  fromDomain: orNull,
  sources: value => (listed(value).length > 0 ? listed(value) : null),
  number: value => orNull(digitsOf(value)),
  prefixes: value => (listed(value).length > 0 ? listed(value) : null),
};

/** What of it is sent to the server. */
export function fieldsOf(values: Partial<TrunkValues>): Record<string, unknown> {
  const entries = Object.entries(values).map(([key, value]) => {
    const write = sent[key as keyof TrunkValues];
    return [key, write && typeof value === 'string' ? write(value) : value] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** How it stands, in a word. */
export function stateOf({ up, disabledAt, passwordLost }: Trunk, t: AdminText): { tone: Tone; text: string } {
  if (disabledAt !== null) return { tone: 'plain', text: t.disabled };
  if (passwordLost) return { tone: 'bad', text: t.trunks.passwordLost };
  return up ? { tone: 'good', text: t.trunks.up } : { tone: 'bad', text: t.trunks.down };
}

export function registrationText({ registered, disabledAt }: Trunk, t: AdminText): string {
  if (registered === null) return t.trunks.noRegistration;
  return registered && disabledAt === null ? t.trunks.registered : t.trunks.unregistered;
}
