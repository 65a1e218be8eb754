import { type EchoView, echoOf } from '../echo/index.js';
import { Latest } from '../latest.js';
import type { Sql } from '../store/index.js';
import { type AgentView, viewAgent } from './agents.js';
import {
  currentInteraction,
  type InteractionView,
  listInteractions,
  queuesServed,
  type Viewer,
} from './interactions.js';
import { type Monitoring, monitoringOf } from './monitoring.js';
import { takenBy } from './transitions/index.js';
import type { WaitingCounts } from './waiting-counts.js';

/** The whole of what an agent works with. */
export interface Desk {
  me: AgentView | undefined;
  current: InteractionView | null;
  waiting: number;
  recent: InteractionView[];
  /** The talk that a supervisor is in, or was in last if it has ended without his doing just now. */
  monitoring: Monitoring | null;
  /** What was offered to him and to others before, and the name of the one who has it. */
  taken: { id: string; by: string } | null;
  /** His newest call with an echo. */
  echo: EchoView | null;
}

const engaged: ReadonlySet<string> = new Set(['reserved', 'offered', 'talking', 'wrap_up']);

/** What keeps changing is shown as it was read last; the event of the change asks for the next look. */
const mostReadings = 3;

export interface LiveDeskOptions {
  sql: Sql;
  viewer: Viewer;
  waitingCounts: WaitingCounts;
  send: (desk: Desk) => void;
}

/**
 * One agent's desk as it is now. What concerns him is read anew from the store; how many wait is one number for all
 * desks of a gateway, and changes nothing else.
 */
export class LiveDesk {
  readonly #options: LiveDeskOptions;
  readonly #snapshots: Latest;
  #onError: (error: unknown) => void = () => undefined;
  #desk: Desk | undefined;
  #queues: string[] = [];

  constructor(options: LiveDeskOptions) {
    this.#options = options;
    this.#snapshots = new Latest(
      () => this.#read(),
      error => this.#onError(error),
    );
  }

  onError(listener: (error: unknown) => void): void {
    this.#onError = listener;
  }

  /** Something has happened to this agent or to what he is engaged with. */
  refresh(): void {
    this.#snapshots.request();
  }

  /** Whether it is about what this agent has before him. */
  concerns(interactionId: string | null): boolean {
    const { current, monitoring } = this.#desk ?? {};
    return (
      interactionId !== null &&
      (interactionId === current?.id ||
        interactionId === current?.partOf ||
        interactionId === monitoring?.interactionId)
    );
  }

  /** Others wait than before. */
  recount(): void {
    if (!this.#desk) return;
    const waiting = this.#waiting();
    if (waiting === this.#desk.waiting) return;
    this.#desk = { ...this.#desk, waiting };
    this.#options.send(this.#desk);
  }

  #waiting(): number {
    const { viewer, waitingCounts } = this.#options;
    return waitingCounts.of(viewer.tenantId, this.#queues);
  }

  /** Whether what was offered until now has gone to somebody else who was asked, too; said until there is something new. */
  async #taken(current: InteractionView | null): Promise<Desk['taken']> {
    const { sql, viewer } = this.#options;
    const before = this.#desk?.current;
    if (!before) return current === null ? (this.#desk?.taken ?? null) : null;
    if (before.state !== 'offered' || before.id === current?.id) return null;
    const by = await takenBy(sql, { id: before.id, tenantId: viewer.tenantId }, viewer.userId);
    return by === undefined ? null : { id: before.id, by };
  }

  async #read(): Promise<void> {
    const { sql, viewer, waitingCounts, send } = this.#options;
    // Not in a transaction, where one would wait for the other on one connection. An offer that is made between the
    // statements shows by their disagreement: then they are read again.
    const read = () =>
      Promise.all([
        viewAgent(sql, viewer.tenantId, viewer.userId),
        currentInteraction(sql, viewer),
        listInteractions(sql, viewer, { limit: 20 }),
        queuesServed(sql, viewer),
        viewer.role === 'agent' ? null : monitoringOf(sql, viewer),
        echoOf(sql, viewer),
        waitingCounts.known(viewer.tenantId),
      ]);
    let desk = await read();
    for (let again = 0; again < mostReadings && !agree(desk[0], desk[1]); again++) desk = await read();
    const [me, current, recent, queues, monitoring, echo] = desk;
    const taken = await this.#taken(current);
    this.#queues = queues;
    this.#desk = { me, current, recent, waiting: this.#waiting(), monitoring, echo, taken };
    send(this.#desk);
  }
}

/** Whether an agent is said to be engaged exactly when there is something that he is engaged with. */
function agree(me: AgentView | undefined, current: InteractionView | null): boolean {
  return (current !== null) === (me !== undefined && engaged.has(me.state));
}
