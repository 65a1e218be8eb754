/** What API v1 says to the desktop. Times are ISO 8601 in UTC. */

export type AgentIntent = 'ready' | 'paused' | 'offline';
export type AgentState = AgentIntent | 'reserved' | 'offered' | 'talking' | 'wrap_up' | 'unreachable';
export type Role = 'agent' | 'supervisor' | 'admin';

export interface Me {
  id: string;
  name: string;
  email: string;
  role: Role;
  locale: string;
  tenant: { name: string; timeZone: string; countries: string[] };
  state: AgentState;
  stateSince: string;
  /** Why paused. */
  reason: string | null;
  /** What comes after the interaction at hand. */
  nextState: AgentIntent;
  softphone: 'registered' | 'unregistered';
}

export type InteractionState =
  | 'waiting'
  | 'offered'
  | 'accepted'
  | 'dialing'
  | 'bridged'
  | 'wrap_up'
  | 'done';

export interface Interaction {
  id: string;
  channel: 'callback' | 'call' | 'outbound' | 'internal';
  /** Whom the agent talks with, or would. */
  with: 'customer' | 'colleague';
  state: InteractionState;
  /** A word of the catalogue of outcomes; null while it lives. */
  outcome: string | null;
  queue: { key: string; name: string };
  customer: {
    name: string | null /** E.164; null where he talks in his browser, or withholds it. */;
    phone: string | null;
  };
  /** Of somebody who called: what he dialled, and what he chose in which menu. */
  inbound: { number: string; choices: { step: string; keys: string; to: string | null }[] } | null;
  via: 'phone' | 'browser';
  /** The customer has answered, and is asked to press 1. */
  confirming: boolean;
  note: string | null;
  locale: string;
  page: { url: string; title: string | null } | null;
  /** What the site's own code told with the request. */
  context: Readonly<Record<string, string | number | boolean>>;
  rating: { stars: number; comment: string | null } | null;
  agent: { id: string; name: string } | null;
  requestedAt: string;
  offeredAt: string | null;
  offerExpiresAt: string | null;
  /** This desktop takes it by itself. */
  autoAnswer: boolean;
  acceptedAt: string | null;
  dialedAt: string | null;
  bridgedAt: string | null;
  /** Until when the talk waits for its agent, whose line is lost. */
  agentAwayUntil: string | null;
  customerAwayUntil: string | null;
  /** Since when the customer is on hold. */
  heldSince: string | null;
  /** The agent's telephone holds, and it alone takes the customer back. */
  heldByPhone: boolean;
  heldSeconds: number;
  endedAt: string | null;
  wrapUpUntil: string | null;
  /** How often its agent may still take more time. */
  wrapUpExtensionsLeft: number;
  doneAt: string | null;
  wrapUpNote: string | null;
  disposition: string | null;
  /** The interaction that this is a part of. */
  partOf: string | null;
  /** Whom this helps. */
  askedBy: { id: string; name: string } | null;
  /** By whom it was passed on, to whom, and why that failed when it has. */
  transfer: { by: string | null; to: string; reason: string | null } | null;
  forwardedTo: string | null;
  /** A fault of ours has cut off its talk before, and it goes on by another call. */
  cutOff: boolean;
  parties: Party[];
  /** The lines that are up, and how they sound: figures at most five seconds old. */
  lines: Line[];
}

export type LineGrade = 'good' | 'fair' | 'poor' | 'silent';

export interface Line {
  role: string;
  grade: LineGrade | null;
  quality: LineQuality | null;
  browser: BrowserLine | null;
}

export type BrowserTrouble = 'microphone_silent' | 'sends_nothing' | 'sound_gaps';

/** What the browser at the end of a line says of it. `null`: not known. */
export interface BrowserLine {
  packetsReceived: number;
  packetsLost: number;
  jitterMs: number | null;
  /** Of what it played, what it had to make up. */
  concealedPercent: number | null;
  packetsSent: number;
  sentLost: number | null;
  sentJitterMs: number | null;
  roundTripMs: number | null;
  /** What it spoke and heard of late, dBFS. */
  spokenDb: number | null;
  heardDb: number | null;
  trouble: BrowserTrouble | null;
}

/** As the server measures it: what comes from the far end of the line, and what arrives there by its reports. */
export interface LineQuality {
  codec: string | null;
  packetsSent: number;
  packetsReceived: number;
  packetsLost: number;
  jitterMs: number;
  roundTripMs: number | null;
  sentLost: number | null;
  sentJitterMs: number | null;
  mosReceived: number | null;
  mosSent: number | null;
}

/** Who is, was, or is to be in a talk beside its agent and its customer. */
export interface Party {
  id: string;
  kind: 'agent' | 'queue' | 'number' | 'supervisor';
  role: 'consult' | 'third' | MonitoringRole;
  state: 'asked' | 'ringing' | 'consulting' | 'joined' | 'left';
  reason: string | null;
  userId: string | null;
  /** A name, a queue, or a number (E.164). */
  name: string;
  since: string;
}

export type MonitoringRole = 'listen' | 'whisper' | 'barge';

/** Whom a customer is passed on to, or who is asked into the talk. */
export type Target = { agent: string } | { queue: string } | { number: string };

/** Whom an agent calls himself. */
export type CallTarget = { agent: string } | { number: string };

export interface TransferTargets {
  agents: { id: string; name: string; state: AgentState; stateSince: string; reachable: boolean }[];
  queues: { key: string; name: string; waiting: number; ready: number }[];
}

/** The talk that a supervisor is in. */
export interface Monitoring {
  id: string;
  interactionId: string;
  role: MonitoringRole;
  state: 'asked' | 'ringing' | 'joined' | 'left';
  reason: string | null;
  agent: { id: string; name: string };
  customer: { name: string | null; phone: string | null };
}

/** Who does what now, for supervisors. */
export interface Floor {
  agents: {
    id: string;
    name: string;
    state: AgentState;
    stateSince: string;
    nextState: AgentIntent;
    reason: string | null;
    interactionId: string | null;
    heldSince: string | null;
  }[];
  talks: {
    id: string;
    channel: string;
    state: InteractionState;
    queue: { key: string; name: string };
    customer: { name: string | null; phone: string | null };
    agent: { id: string; name: string } | null;
    forwardedTo: string | null;
    heldSince: string | null;
    since: string;
    parties: Party[];
  }[];
}

/** A queue as it is now, and its day so far. */
export interface QueueOnWall {
  key: string;
  name: string;
  open: boolean;
  waiting: number;
  onTheLine: number;
  longestSince: string | null;
  agents: Readonly<Partial<Record<AgentState, number>>>;
  answered: number;
  within: number;
  abandoned: number;
  abandonedLate: number;
  serviceLevelSeconds: number;
  serviceLevelPercent: number;
}

export interface Wallboard {
  day: { from: string; until: string };
  queues: QueueOnWall[];
}

/** Those who wait in their order, those who come, or those of whom a person has to say what next. */
export interface WaitingFilter {
  kind: 'waiting' | 'scheduled' | 'held';
  queue: string | null;
}

/** A request that is promised and not yet kept. */
export interface Promised {
  id: string;
  state: string;
  channel: string;
  onTheLine: boolean;
  queue: { key: string; name: string };
  customer: { name: string | null; phone: string | null };
  requestedAt: string;
  place: number | null;
  priority: number;
  dueAt: string | null;
  slotAt: string | null;
  lastOutcome: string | null;
  attempts: number;
  queuedAt: string | null;
  waitsFor: 'opening' | null;
  opensAt: string | null;
  movedFrom: { key: string; name: string } | null;
}

export interface PromisePage {
  promises: Promised[];
  total: number;
}

export interface InteractionEvent {
  id: string | number;
  at: string;
  type: string;
  data: Readonly<Record<string, unknown>>;
  userId: string | null;
}

/** What a caller has said to nobody. */
export interface Voicemail {
  id: string;
  /** E.164; null: withheld. */
  caller: string | null;
  /** What he dialled, E.164. */
  number: string;
  leftAt: string;
  durationMs: number;
  heardAt: string | null;
  heardBy: string | null;
}

export interface VoicemailPage {
  voicemails: Voicemail[];
  /** How many nobody has heard, of all. */
  unheard: number;
  more: boolean;
}

export interface Leg {
  id: string;
  role: string;
  party: string | null;
  state: string;
  outcome: string | null;
  sipStatus: number | null;
  endedBy: string | null;
  startedAt: string;
  answeredAt: string | null;
  endedAt: string | null;
  quality: LineQuality | null;
  browser: BrowserLine | null;
}

/** Why an agent was asked: kept with the event `offered`. */
export interface Decision {
  strategy: string;
  priority: number;
  /** Seconds. */
  waited: number;
  require: Readonly<Record<string, number>>;
  considered: readonly Candidate[];
  /** Reason → those whom it kept from being asked; the names of at most twenty. */
  others: Readonly<Record<string, { count: number; agents: readonly string[] }>>;
}

export interface Candidate {
  agent: string;
  /** Seconds. */
  idle: number;
  last?: boolean;
  tier?: number;
  score?: number;
  calls?: number;
  declinedAt?: string;
}

export type InteractionDetail = Interaction & {
  events: InteractionEvent[];
  legs: Leg[];
  /** The names of those whom the events name. */
  people: Readonly<Record<string, string>>;
};

/** What the softphone registers with, and until when. */
export interface SoftphoneAccess {
  wsUrl: string;
  uri: string;
  username: string;
  password: string;
  expiresAt: string;
  iceServers: RTCIceServer[];
}

/** The whole of an agent's desk: each one replaces the one before. */
export interface Desk {
  me: Me;
  current: Interaction | null;
  /** How many callbacks wait in the agent's queues. */
  waiting: number;
  recent: Interaction[];
  /** The talk that a supervisor is in, or was until just now. */
  monitoring: Monitoring | null;
  /** What was offered to this agent and to others before, and the name of the one who has it. */
  taken: { id: string; by: string } | null;
  /** The agent's newest call with an echo. */
  echo: EchoTest | null;
}

/** A call in which the agent hears himself. */
export interface EchoTest {
  id: string;
  state: 'ringing' | 'listening' | 'playing' | 'done';
  outcome: 'heard' | 'nothing_heard' | 'no_answer' | 'hung_up' | 'interrupted' | 'failed' | null;
}

export type LiveMessage =
  | { type: 'desk'; desk: Desk }
  | { type: 'logged_out' }
  /** Agents or interactions are no longer as they were: for supervisors. */
  | { type: 'floor' }
  /** There are other messages of callers than before. */
  | { type: 'voicemails' }
  /** Does this page run? Browsers answer WebSocket pings for a page that is frozen. */
  | { type: 'heartbeat' }
  /** Is somebody there for this offer? To be answered within a second. */
  | { type: 'probe'; offer: string };

/** What the desktop says to the server over the live socket. */
export type DesktopMessage =
  | { type: 'heartbeat'; visible: boolean }
  | { type: 'present'; offer: string; visible: boolean }
  /** How the line in a talk is, as this browser sees it. */
  | { type: 'line'; interaction: string; line: BrowserLine; visible: boolean };
