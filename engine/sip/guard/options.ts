/** How strangers are kept off. */
export interface GuardOptions {
  /** New requests a second that one source address may send; twice as many at once. 0: any number. */
  requestsPerSecond: number;
  /** Addresses and networks (`10.0.0.0/8`) that neither the rate nor the rules hold for: trunks, proxies. */
  trusted: string[];
  /** A request whose User-Agent contains one of these, in whatever case, comes from a scanner. */
  scanners: string[];
  /** The domains that are served; when empty, every one. The server's own addresses always are. */
  domains: string[];
  /** What a request that a rule refuses is answered; undefined: nothing, so that nobody learns that somebody is here. */
  refusal?: number;
}

/** The tools that are seen at every public SIP port, by what they call themselves. */
const knownScanners = [
  'friendly-scanner',
  'friendly-request',
  'sipvicious',
  'sipcli',
  'sip-scan',
  'sipsak',
  'sundayddr',
  'iwar',
  'vaxsipuseragent',
  'vaxipuseragent',
  'pplsip',
  'siparmyknife',
  'smap',
  'test agent',
  'eyebeam release 1003s',
];

export const defaultGuardOptions: GuardOptions = {
  requestsPerSecond: 400,
  trusted: ['127.0.0.0/8', '::1'],
  scanners: knownScanners,
  domains: [],
};
