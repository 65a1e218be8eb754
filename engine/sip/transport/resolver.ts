/** The DNS queries that locating a server takes (RFC 3263). Tests put a table of records in the place of the network. */
export interface NaptrRecord {
  order: number;
  preference: number;
  flags: string;
  service: string;
  regexp: string;
  replacement: string;
}

export interface SrvRecord {
  priority: number;
  weight: number;
  port: number;
  /** `.` or empty: the service is not offered (RFC 2782). */
  target: string;
}

export type Family = 4 | 6;

export interface AddressRecord {
  address: string;
  family: Family;
}

export interface Records<R> {
  /** None: the name is known to have none. */
  records: R[];
  /** Seconds they may be kept; absent where whoever was asked does not tell. */
  ttl?: number;
}

/** Every query rejects when no answer can be had (a time-out, SERVFAIL, a loop of aliases). */
export interface Resolver {
  naptr(name: string): Promise<Records<NaptrRecord>>;
  srv(name: string): Promise<Records<SrvRecord>>;
  a(name: string): Promise<Records<AddressRecord>>;
  aaaa(name: string): Promise<Records<AddressRecord>>;
  /** The addresses of a host by whatever means the system has, its hosts file among them. */
  host(name: string): Promise<Records<AddressRecord>>;
}
