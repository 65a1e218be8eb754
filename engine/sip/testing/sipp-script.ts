/**
 * Scenarios of sipp, put together from steps. A scenario is one side of one call: `caller.invites()` begins it for a
 * caller, `callee.rings()` for a callee; sipp fails when anything else comes.
 */

/** A header field as [name, value]. */
type Field = readonly [string, string];

interface Content {
  fields?: readonly Field[];
  /** With a description of the session. */
  sdp?: boolean;
}

export interface Credentials {
  username: string;
  password: string;
}

/** What header fields, or the `body`, have to be: POSIX regular expressions, looked for anywhere in them. */
type Wanted = Readonly<Record<string, string>>;

const session = [
  'v=0',
  'o=sipp 1 1 IN IP[local_ip_type] [local_ip]',
  's=-',
  'c=IN IP[media_ip_type] [media_ip]',
  't=0 0',
  'm=audio [media_port] RTP/AVP 8',
  'a=rtpmap:8 PCMA/8000',
  'a=sendrecv',
];

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const contact = '<sip:sipp@[local_ip]:[local_port];transport=[transport]>';

/** @param repeat over UDP until it is answered */
function message(lines: readonly string[], { fields = [], sdp = false }: Content, repeat: boolean): string {
  const text = [
    ...lines,
    ...fields.map(([name, value]) => `${name}: ${value}`),
    ...(sdp ? ['Content-Type: application/sdp'] : []),
    'Content-Length: [len]',
    '',
    ...(sdp ? session : ['']),
  ];
  return `<send${repeat ? ' retrans="500"' : ''}><![CDATA[\n${text.join('\n')}\n]]></send>`;
}

const check = (wanted: Wanted): string =>
  Object.entries(wanted)
    .map(([where, pattern]) => {
      const place = where === 'body' ? 'search_in="body"' : `search_in="hdr" header="${where}:"`;
      return `<ereg regexp="${escaped(pattern)}" ${place} check_it="true" assign_to="checked"/>`;
    })
    .join('');

/** What a callee needs of the INVITE later on: variables of sipp. */
const remembered: readonly (readonly [header: string, variable: string, pattern: string])[] = [
  ['Via', 'via', '^ *(.*)$'],
  ['CSeq', 'cseq', '^ *(.*)$'],
  ['To', 'local', '^ *(.*)$'],
  ['From', 'remote', '^ *(.*)$'],
  ['Contact', 'target', '(sip:[^>]+)'],
];

const remember = remembered
  .map(
    ([header, variable, pattern]) =>
      `<ereg regexp="${escaped(pattern)}" search_in="hdr" header="${header}:" assign_to="checked,${variable}"/>`,
  )
  .join('');

const response = (status: number) => `SIP/2.0 ${status} As Written`;

const identity = ['[last_Via:]', '[last_From:]', '[last_To:]', '[last_Call-ID:]', '[last_CSeq:]'];

const branch = (name: string) =>
  `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK[pid]n[call_number]${name}`;

const recv = (attributes: string, actions: string): string =>
  actions === '' ? `<recv ${attributes}/>` : `<recv ${attributes}><action>${actions}</action></recv>`;

/** Either side: a request comes. */
export const receive = (method: string, wanted: Wanted = {}): string =>
  recv(`request="${method}"`, check(wanted));

/** Either side: a request comes with the right answer to a challenge of ours. */
export function proven(method: string, { username, password }: Credentials, more = ''): string {
  const verify = `<verifyauth assign_to="proven" username="${username}" password="${password}"/>`;
  const fail = '<action><error message="wrong digest"/></action>';
  return `${recv(`request="${method}"`, more + verify)}<nop condexec="proven" condexec_inverse="true">${fail}</nop>`;
}

/** Either side: the answer to the request that came last, which has the tag of ours. */
export const reply = (status: number, content: Content = {}): string =>
  message([response(status), ...identity, `Contact: ${contact}`], content, false);

/** Either side. */
export const pause = (milliseconds: number): string => `<pause milliseconds="${milliseconds}"/>`;

/**
 * Either side: a response to a request of ours. One that has a Contact among the wanted fields says where requests of
 * the dialog go, and by which route.
 */
export const expect = (status: number, wanted: Wanted = {}): string =>
  recv(`response="${status}"${'Contact' in wanted ? ' rrs="true"' : ''}`, check(wanted));

/** A caller: the call is answered. */
export const answered = (wanted: Wanted = {}): string => expect(200, { Contact: 'sip:', ...wanted });

/** A caller: a provisional response that wants a PRACK, whose RAck is `rack`. */
export const expectReliable = (status: number): string =>
  recv(
    `response="${status}" rrs="true"`,
    '<ereg regexp="[0-9]+" search_in="hdr" header="RSeq:" check_it="true" assign_to="rseq"/>',
  );

/** The RAck of what came last reliably. */
export const rack: Field = ['RAck', '[$rseq] 1 INVITE'];

/** Either side: a response that may come. */
export const maybe = (status: number): string => recv(`response="${status}" optional="true"`, '');

const tagged = '[last_To:];tag=[pid]t[call_number]';

export const callee = {
  /** The first request of a dialog comes. */
  receives: (method: string, wanted: Wanted = {}): string =>
    recv(`request="${method}" rrs="true"`, check(wanted) + remember),
  rings: (wanted: Wanted = {}): string => callee.receives('INVITE', wanted),
  /** The INVITE comes again, with credentials that are right. */
  ringsProven: (credentials: Credentials): string => proven('INVITE', credentials, remember),
  /** An answer to the INVITE while it is what came last. */
  answers: (status: number, content: Content = {}): string =>
    message(
      [
        ...[response(status), '[last_Via:]', '[last_From:]', tagged, '[last_Call-ID:]', '[last_CSeq:]'],
        ...['[last_Record-Route:]', ...(status > 100 && status < 300 ? [`Contact: ${contact}`] : [])],
      ],
      content,
      status >= 200,
    ),
  /** A 2xx that is as no 2xx should be. */
  answersWithoutContact: (): string =>
    message(
      [response(200), '[last_Via:]', '[last_From:]', tagged, '[last_Call-ID:]', '[last_CSeq:]'],
      { sdp: true },
      false,
    ),
  /** An answer to the INVITE after other requests. */
  answersLate: (status: number, content: Content = {}): string =>
    message(
      [
        response(status),
        ...[
          'Via: [$via]',
          'From: [$remote]',
          'To: [$local];tag=[pid]t[call_number]',
          'Call-ID: [call_id]',
          'CSeq: [$cseq]',
        ],
        ...(status < 300 ? [`Contact: ${contact}`] : []),
      ],
      content,
      true,
    ),
  /** The answer to what is no INVITE and has no tag of ours: SUBSCRIBE, CANCEL. */
  replies: (status: number, content: Content = {}): string =>
    message(
      [
        ...[response(status), '[last_Via:]', '[last_From:]', tagged, '[last_Call-ID:]', '[last_CSeq:]'],
        `Contact: ${contact}`,
      ],
      content,
      false,
    ),
  /** A request of its own within the dialog. */
  asks: (method: string, sequence: number, content: Content = {}): string =>
    message(
      [
        `${method} [$target] SIP/2.0`,
        branch(`c${sequence}${method}`),
        ...['[routes]', 'From: [$local];tag=[pid]t[call_number]'],
        ...['To: [$remote]', 'Call-ID: [call_id]', `CSeq: ${sequence} ${method}`, 'Max-Forwards: 70'],
        `Contact: ${contact}`,
      ],
      content,
      method !== 'ACK',
    ),
};

const from = 'From: "Sipp" <sip:sipp@[local_ip]:[local_port]>;tag=[pid]f[call_number]';
const called = '<sip:[service]@[remote_ip]:[remote_port]>';

export const caller = {
  /** A request outside a dialog, or the one that is to make it. */
  asks: (method: string, content: Content = {}, { sequence = 1, withContact = true } = {}): string =>
    message(
      [
        `${method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0`,
        branch(`s${sequence}`),
        ...[from, `To: ${called}`, 'Call-ID: [call_id]', `CSeq: ${sequence} ${method}`, 'Max-Forwards: 70'],
        ...(withContact ? [`Contact: ${contact}`] : []),
      ],
      content,
      true,
    ),
  invites: (content: Content = { sdp: true }): string => caller.asks('INVITE', content),
  /** CANCEL of the INVITE. */
  cancels: (fields: readonly Field[] = []): string =>
    message(
      [
        'CANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
        ...[branch('s1'), from, `To: ${called}`, 'Call-ID: [call_id]', 'CSeq: 1 CANCEL', 'Max-Forwards: 70'],
      ],
      { fields },
      true,
    ),
  /** ACK of a refusal, which is part of the INVITE's transaction. */
  acknowledgesRefusal: (sequence = 1): string =>
    message(
      [
        'ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0',
        ...[
          branch(`s${sequence}`),
          '[last_From:]',
          '[last_To:]',
          '[last_Call-ID:]',
          `CSeq: ${sequence} ACK`,
          'Max-Forwards: 70',
        ],
      ],
      {},
      false,
    ),
  /** A request within the dialog; ACK has the number of its INVITE. */
  within: (method: string, sequence: number, content: Content = {}): string =>
    message(
      [
        `${method} [next_url] SIP/2.0`,
        branch(`s${sequence}${method}`),
        ...[
          '[routes]',
          from,
          `To: ${called}[peer_tag_param]`,
          'Call-ID: [call_id]',
          `CSeq: ${sequence} ${method}`,
        ],
        ...['Max-Forwards: 70', `Contact: ${contact}`],
      ],
      content,
      method !== 'ACK',
    ),
};

/** The whole scenario as sipp reads it. */
export function script(name: string, steps: readonly string[]): string {
  const text = steps.join('\n');
  const variables = new Set(
    [...text.matchAll(/assign_to="([^"]+)"/g)].flatMap(([, names]) => names?.split(',')),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<scenario name="${name}">`,
    text,
    // sipp takes a variable that nobody reads for a mistake.
    ...(variables.size > 0 ? [`<Reference variables="${[...variables].join(',')}"/>`] : []),
    '</scenario>',
  ].join('\n');
}
