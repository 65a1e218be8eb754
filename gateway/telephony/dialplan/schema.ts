/** What may stand in the files of `dialplan/`. The JSON schemas beside those files are written from this. */
import { type Static, Type } from 'typebox';
import { e164 } from '../phone-number.js';

const name = Type.String({
  pattern: '^[a-z0-9][a-z0-9-]{0,39}$',
  description: 'Lower-case letters, digits and hyphens.',
});
const country = Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166 code of a country, e.g. KR.' });
const numberFormat = (description: string) =>
  Type.Union([Type.Literal('e164'), Type.Literal('e164_without_plus'), Type.Literal('national')], {
    description,
  });

const address = (description: string) => Type.String({ maxLength: 255, description });
const username = Type.String({ minLength: 1, maxLength: 128 });

/** What the operator's file says of a trunk, and a company of its own. */
const settings = {
  fromDomain: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9.-]{1,253}$',
      description: 'Host part of our From address. Default: the address of our SIP server.',
    }),
  ),
  sources: Type.Optional(
    Type.Array(Type.String({ pattern: '^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$' }), {
      maxItems: 100,
      description:
        'Addresses or networks (CIDR) this trunk calls us from, and no others. Default: its address, if that is an IP address, and with registerSeconds whoever calls the contact that we registered.',
    }),
  ),
  country: Type.Optional(country),
  numberFormat: Type.Optional(
    numberFormat('How the called number is written. Default: e164. national needs country.'),
  ),
  callerIdFormat: Type.Optional(
    numberFormat('How our number is written. Default: e164. national needs country.'),
  ),
  maxChannels: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100_000,
      description: 'Calls at the same time, over all gateways. Default: no limit.',
    }),
  ),
  callsPerSecond: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1000,
      description: 'New calls per second, evenly spread, over all gateways. Default: no limit.',
    }),
  ),
  inboundPerSecond: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1000,
      description:
        'Calls it may bring each second, at each gateway; those above are answered 503. Default: 20.',
    }),
  ),
  checkSeconds: Type.Optional(
    Type.Integer({
      minimum: 5,
      maximum: 3600,
      description:
        'Sends OPTIONS so often; while none is answered, the trunk is passed over. Default: no OPTIONS, faults of calls alone.',
    }),
  ),
  registerSeconds: Type.Optional(
    Type.Integer({
      minimum: 60,
      maximum: 86_400,
      description:
        'Registers with the trunk for so long, refreshes it, and takes the calls that it then sends. Needs auth. Default: no registration.',
    }),
  ),
  number: Type.Optional(
    Type.String({
      pattern: e164.source,
      description:
        'Our number, in E.164, that a call means which names none: some trunks say the account only. Default: such a call is refused.',
    }),
  ),
};

const trunk = Type.Object(
  {
    name,
    address: address(
      'Where calls are sent: sip:host[:port][;transport=udp|tcp|tls]. A reference like the one in the default file is taken from the environment.',
    ),
    auth: Type.Optional(
      Type.Object(
        {
          username,
          passwordEnv: Type.String({
            pattern: '^[A-Z_][A-Z0-9_]*$',
            description: 'Environment variable that holds the password. Passwords do not stand in this file.',
          }),
        },
        {
          additionalProperties: false,
          description: 'Digest credential; leave out when the trunk knows us by address.',
        },
      ),
    ),
    ...settings,
  },
  { additionalProperties: false },
);

/** A trunk of a company's own, as its administrators make it and as the store keeps it. Its password is kept apart. */
export const tenantTrunk = Type.Object({
  name,
  address: address('Where calls are sent: sip:host[:port][;transport=udp|tcp|tls].'),
  username: Type.Optional(
    Type.String({
      ...username,
      description: 'Of the digest credential; none when the trunk knows us by address.',
    }),
  ),
  ...settings,
  prefixes: Type.Optional(
    Type.Array(
      Type.String({
        pattern: '^\\+[0-9]{0,14}$',
        description: 'Beginning of an E.164 number; + is every number.',
      }),
      {
        minItems: 1,
        maxItems: 50,
        uniqueItems: true,
        description: 'The numbers that are called over it. Default: all.',
      },
    ),
  ),
  priority: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, description: 'The lowest is tried first. Default: 10.' }),
  ),
  weight: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1000,
      description: 'Its share of the calls, among those of the same priority. Default: 1.',
    }),
  ),
});

export const trunksFile = Type.Object(
  { trunks: Type.Array(trunk, { maxItems: 200 }) },
  { additionalProperties: false, $id: 'trunks', title: 'SIP trunks' },
);

const share = Type.Object(
  {
    trunk: name,
    weight: Type.Integer({
      minimum: 1,
      maximum: 1000,
      description: 'Its share, against that of its neighbours.',
    }),
  },
  { additionalProperties: false },
);

const route = Type.Object(
  {
    prefix: Type.Optional(
      Type.String({
        pattern: '^\\+[0-9]{0,14}$',
        description: 'Beginning of the E.164 number; + is every number.',
      }),
    ),
    country: Type.Optional(country),
    pattern: Type.Optional(
      Type.String({ maxLength: 200, description: 'Regular expression for the whole E.164 number.' }),
    ),
    trunks: Type.Array(Type.Union([name, share]), {
      minItems: 1,
      maxItems: 20,
      description:
        'Names of trunks, in the order they are tried. Neighbours with a weight share the calls: their order is drawn anew for each.',
    }),
  },
  { additionalProperties: false },
);

export const outboundFile = Type.Object(
  { routes: Type.Array(route, { maxItems: 500 }) },
  { additionalProperties: false, $id: 'outbound', title: 'Outbound routes: the first that fits is taken' },
);

export type TrunkEntry = Static<typeof trunk>;
export type TenantTrunkEntry = Static<typeof tenantTrunk>;
export type ShareEntry = Static<typeof share>;
export type TrunksFile = Static<typeof trunksFile>;
export type RouteEntry = Static<typeof route>;
export type OutboundFile = Static<typeof outboundFile>;

/** Path of each JSON schema in the project, and its text. */
export function schemaFiles(): Record<string, string> {
  const text = (schema: object) =>
    `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...schema }, null, 2)}\n`;
  return {
    'dialplan/trunks.schema.json': text(trunksFile),
    'dialplan/outbound.schema.json': text(outboundFile),
  };
}
