import type { ApiClient } from '../api/client.js';

/** What the admin part of API v1 says. Times are ISO 8601 in UTC. */

export interface Names {
  en: string;
  ko: string;
}

export interface Company {
  name: string;
  locale: string;
  timeZone: string;
  countries: string[];
  callerId: string;
  /** Whether an agent sees that a supervisor is in his talk. */
  monitoringShown: boolean;
  /** Calls go over the operator's trunks, too. */
  operatorTrunks: boolean;
  version: number;
}

export interface Person {
  id: string;
  name: string;
  email: string;
  role: 'agent' | 'supervisor' | 'admin';
  locale: string;
  queues: string[];
  tiers: Record<string, number>;
  /** Seconds, where it is not as long as the queue says. */
  wrapUps: Record<string, number>;
  skills: Record<string, number>;
  /** Calls that queues may give him at a time. */
  capacity: { voice: number };
  disabledAt: string | null;
  invitedUntil: string | null;
  version: number;
}

export interface SkillStep {
  after: number;
  require?: Record<string, number>;
  prefer?: string[];
}

export type QueueEnding = 'overflow' | 'close' | 'callback' | 'voicemail';

export interface Queue {
  id: string;
  key: string;
  name: Names;
  hours: string | null;
  overflow: string | null;
  skillSteps: SkillStep[];
  quiet: { from: string; until: string } | null;
  position: number;
  open: boolean;
  priority: number;
  ageingSeconds: number;
  liveAheadSeconds: number;
  strategy: 'longest_idle' | 'fewest_calls' | 'best_skill' | 'round_robin' | 'simultaneous';
  ringAtOnce: number;
  lastAgentDays: number;
  lastAgentHoldSeconds: number;
  offerSeconds: number;
  ringSeconds: number;
  declineRestSeconds: number;
  wrapUpSeconds: number;
  wrapUpExtensions: number;
  wrapUpExtensionSeconds: number;
  serviceLevelSeconds: number;
  serviceLevelPercent: number;
  customerFirst: boolean;
  liveWaitSeconds: number;
  confirm: boolean;
  confirmTimes: number;
  confirmSeconds: number;
  whisper: boolean;
  autoAnswer: boolean;
  overflowAfterSeconds: number | null;
  overflowAbove: number | null;
  maxWaitSeconds: number | null;
  maxWaitThen: QueueEnding;
  maxWaiting: number | null;
  fullThen: QueueEnding;
  music: string;
  announceSeconds: number;
  announcePlace: boolean;
  announceWait: boolean;
  slotMinutes: number;
  slotLeadMinutes: number;
  slotHorizonDays: number;
  slotCapacity: number | null;
  slotPriority: number;
  sameRequestSeconds: number;
  agents: number;
  waiting: number;
  disabledAt: string | null;
  version: number;
}

export interface Skill {
  id: string;
  key: string;
  name: Names;
  agents: number;
  queues: string[];
  version: number;
}

export interface Hours {
  id: string;
  key: string;
  timeZone: string;
  weekly: Record<string, string[]>;
  publicHolidays: string | null;
  queues: string[];
  version: number;
}

export interface Holiday {
  day: string;
  name: { en: string; ko?: string };
  hours: string[] | null;
  version: number;
}

export interface CompanyNumber {
  number: string;
  label: string;
  verifiedAt: string | null;
  isCallerId: boolean;
  version: number;
}

/** The newest call by which a number was to be proven. */
export interface NumberProofState {
  id: string;
  state: 'calling' | 'speaking' | 'spoken' | 'failed';
  outcome: string | null;
  triesLeft: number;
  expiresAt: string;
}

/** A text in the languages of a site; one that is missing keeps the widget's own words. */
export type Words = Partial<Names>;

export interface Greeting {
  key: string;
  text: Names;
  queue: string;
  pages?: string[];
  afterSeconds: number;
  returning?: boolean;
  cartAtLeast?: number;
}

export interface WidgetSettings {
  accent?: string;
  position?: 'start' | 'end';
  hideWhenClosed?: boolean;
  browserCalls?: boolean;
  button?: Words;
  title?: Words;
  intro?: Words;
  greetings?: Greeting[];
}

/** How often a greeting was shown, taken, and led to a request. */
export interface GreetingRecord {
  key: string;
  shown: number;
  accepted: number;
  converted: number;
}

export interface RatingRecord {
  count: number;
  average: number | null;
  /** How many gave one star, two, … five. */
  stars: number[];
  comments: {
    interactionId: string;
    stars: number;
    comment: string;
    ratedAt: string;
    queue: string;
    agent: string | null;
  }[];
}

export interface Site {
  id: string;
  key: string;
  name: string;
  origins: string[];
  locales: string[];
  widget: WidgetSettings;
  disabledAt: string | null;
  version: number;
}

export interface Rule {
  id: string;
  queue: string;
  outcome: string;
  retries: number;
  delaySeconds: number;
  growth: number;
  mostDelaySeconds: number;
  withinMinutes: number;
  keepsPlace: boolean;
  finally: 'close' | 'person';
  version: number;
}

export type NumberFormat = 'e164' | 'e164_without_plus' | 'national';

/** What is said of a trunk of the company's own; null is not said. */
export interface TrunkSettings {
  username: string | null;
  fromDomain: string | null;
  sources: string[] | null;
  country: string | null;
  numberFormat: NumberFormat | null;
  callerIdFormat: NumberFormat | null;
  maxChannels: number | null;
  callsPerSecond: number | null;
  inboundPerSecond: number | null;
  checkSeconds: number | null;
  registerSeconds: number | null;
  number: string | null;
  prefixes: string[] | null;
  priority: number | null;
  weight: number | null;
}

export interface Trunk extends TrunkSettings {
  /** Null: the operator's, to be looked at alone. */
  id: string | null;
  name: string;
  address: string | null;
  hasPassword: boolean;
  /** It has to be entered again. */
  passwordLost: boolean;
  disabledAt: string | null;
  version: number;
  up: boolean;
  reason: string | null;
  channels: number;
  registered: boolean | null;
  registerFault: string | null;
}

/** What came of asking a trunk. */
export interface TrunkTest {
  answered: boolean;
  status: number | null;
  reason: string;
  milliseconds: number;
}

export interface AuditEntry {
  id: string;
  at: string;
  by: { id: string | null; name: string };
  kind: string;
  action: 'created' | 'changed' | 'removed';
  name: string;
  change: Record<string, unknown>;
}

export interface AuditFilter {
  kind?: string | undefined;
  by?: string | undefined;
  from?: string | undefined;
  until?: string | undefined;
  name?: string | undefined;
  before?: string | undefined;
}

export type PromptPack = 'ko' | 'en' | 'music';

export interface Clip {
  clip: string;
  kind: 'prompt' | 'part' | 'music';
  text: string;
  durationMs: number;
  level: number;
  own: { format: string; level: number; peak: number; uploadedAt: string; uploadedBy: string } | null;
}

/** Everything that administrators ask of the server beside the collections. */
export class AdminApi {
  constructor(private readonly client: ApiClient) {}

  company(): Promise<Company> {
    return this.client.send('GET', '/admin/company');
  }

  changeCompany(version: number, fields: Partial<Company>): Promise<Company> {
    return this.client.send('PATCH', '/admin/company', { version, ...fields });
  }

  async list<T>(name: string): Promise<T[]> {
    const answer = await this.client.send<Record<string, T[]>>('GET', `/admin/${name}`);
    return answer[name] ?? [];
  }

  add<T>(name: string, fields: object): Promise<T> {
    return this.client.send('POST', `/admin/${name}`, fields);
  }

  change<T>(name: string, key: string, version: number, fields: object): Promise<T> {
    return this.client.send('PATCH', `/admin/${name}/${encodeURIComponent(key)}`, { version, ...fields });
  }

  remove(name: string, key: string, version: number): Promise<void> {
    return this.client.send('DELETE', `/admin/${name}/${encodeURIComponent(key)}?version=${version}`);
  }

  /** The token is told once: the link with it is shown, and never again. */
  invite(userId: string): Promise<{ token: string; expiresAt: string }> {
    return this.client.send('POST', `/admin/users/${encodeURIComponent(userId)}/invitation`, {});
  }

  /** Has a number called. */
  beginProof(number: string, language: string): Promise<NumberProofState> {
    return this.client.send('POST', `/admin/numbers/${encodeURIComponent(number)}/proof`, { language });
  }

  proof(number: string): Promise<NumberProofState> {
    return this.client.send('GET', `/admin/numbers/${encodeURIComponent(number)}/proof`);
  }

  confirmProof(number: string, code: string): Promise<void> {
    return this.client.send('PUT', `/admin/numbers/${encodeURIComponent(number)}/proof`, { code });
  }

  testTrunk(id: string): Promise<TrunkTest> {
    return this.client.send('POST', `/admin/trunks/${encodeURIComponent(id)}/test`, {});
  }

  async greetings(siteId: string, days: number): Promise<GreetingRecord[]> {
    const path = `/admin/sites/${encodeURIComponent(siteId)}/greetings?days=${days}`;
    return (await this.client.send<{ greetings: GreetingRecord[] }>('GET', path)).greetings;
  }

  ratings(siteId: string, days: number): Promise<RatingRecord> {
    return this.client.send('GET', `/admin/sites/${encodeURIComponent(siteId)}/ratings?days=${days}`);
  }

  async audit(filter: AuditFilter, limit: number): Promise<AuditEntry[]> {
    const given = Object.entries({ ...filter, limit: String(limit) }).filter(([, value]) => value);
    const query = new URLSearchParams(given as [string, string][]);
    return (await this.client.send<{ entries: AuditEntry[] }>('GET', `/admin/audit?${query}`)).entries;
  }

  async clips(pack: PromptPack): Promise<Clip[]> {
    return (await this.client.send<{ clips: Clip[] }>('GET', `/prompts/${pack}`)).clips;
  }

  replaceClip(pack: PromptPack, clip: string, file: Blob): Promise<Clip> {
    return this.client.send('PUT', `/prompts/${pack}/${clip}/sound`, file);
  }

  restoreClip(pack: PromptPack, clip: string): Promise<void> {
    return this.client.send('DELETE', `/prompts/${pack}/${clip}/sound`);
  }
}
