/** A day of arrivals and agents in simulated time, through the statements with which a gateway keeps its queues. */
import { setIntent } from '../../gateway/acd/agents.js';
import { enqueueCallback } from '../../gateway/acd/enqueue.js';
import { offerWaiting } from '../../gateway/acd/matching.js';
import type { ReservedInteraction } from '../../gateway/acd/prober.js';
import { tellWait } from '../../gateway/acd/told-waits.js';
import {
  bridge,
  cancel,
  end,
  expireOffer,
  failCustomer,
  finish,
  offeredTo,
  startDialing,
} from '../../gateway/acd/transitions/index.js';
import { takeOffer } from '../../gateway/acd/transitions/several.js';
import { advanceWaiting } from '../../gateway/acd/waiting.js';
import { viewCallback } from '../../gateway/callback/visitor-view.js';
import { type Act, Agenda } from './agenda.js';
import { Chance } from './chance.js';
import type { Agent, Company } from './company.js';
import { type AgentGroup, type CustomerGroup, type Day, momentOf } from './day.js';
import { type AgentTally, emptyTally, type QueueTally, WaitingLine } from './tally.js';

/** Pairs that are made in one statement, as a gateway does it. */
const mostAtOnce = 8;

/** So often old versions of rows are cleared away and counted anew, as a server does by itself in so many hours. */
const upkeepMs = 3_600_000;

interface Customer {
  group: CustomerGroup;
  askedAt: number;
  waits: boolean;
  impatient: boolean;
}

interface Duty {
  group: AgentGroup;
  onShift: boolean;
  /** He has missed an offer, and is not there for a while. */
  away: boolean;
  engagedSince: number | undefined;
  /** On duty since; whoever works beyond his shift or into his break is so as long as he does. */
  since: number | undefined;
}

/** An agent to whom something is offered. */
interface Asked {
  userId: string;
  duty: Duty;
}

export interface Progress {
  at: number;
  asked: number;
  waiting: number;
  engaged: number;
}

export class Simulation {
  readonly queues: ReadonlyMap<string, QueueTally>;
  readonly agents: AgentTally = { onDuty: 0, engaged: 0 };
  readonly #company: Company;
  readonly #day: Day;
  readonly #chance: Chance;
  readonly #agenda = new Agenda();
  readonly #customers = new Map<string, Customer>();
  readonly #duties: ReadonlyMap<string, Duty>;
  readonly #lines: ReadonlyMap<string, WaitingLine>;
  readonly #relaxAfter: ReadonlyMap<string, number[]>;
  readonly #onProgress: (progress: Progress) => void;
  #now = 0;
  #asked = 0;
  #waiting = 0;
  #engaged = 0;

  constructor(company: Company, day: Day, onProgress: (progress: Progress) => void) {
    this.#company = company;
    this.#day = day;
    this.#chance = new Chance(day.seed);
    this.#onProgress = onProgress;
    this.queues = new Map(day.queues.map(({ key }) => [key, emptyTally()]));
    this.#lines = new Map(day.queues.map(({ key }) => [key, new WaitingLine()]));
    this.#relaxAfter = new Map(
      day.queues.map(({ key, skillSteps = [] }) => [
        key,
        skillSteps.map(({ after }) => after).filter(after => after > 0),
      ]),
    );
    this.#duties = new Map(
      company.agents.map(({ id, group }) => [
        id,
        { group, onShift: false, away: false, engagedSince: undefined, since: undefined },
      ]),
    );
  }

  /** @param signal ends it between two events */
  async run(signal?: AbortSignal): Promise<void> {
    for (const agent of this.#company.agents) this.#planShift(agent);
    for (const group of this.#day.customers) this.#planArrivals(group);
    this.#enter(momentOf(this.#day, '00:00') + upkeepMs, () => this.#upkeep());
    for (let next = this.#agenda.next(); next; next = this.#agenda.next()) {
      signal?.throwIfAborted();
      this.#now = next.at;
      this.#company.moveTo(next.at);
      await next.act();
    }
    await this.#company.settled();
  }

  #enter(at: number, act: Act): void {
    this.#agenda.enter(at, act);
  }

  async #upkeep(): Promise<void> {
    this.#onProgress({ at: this.#now, asked: this.#asked, waiting: this.#waiting, engaged: this.#engaged });
    await this.#company.sql`vacuum analyze`;
    // Something goes on as long as the day does, or anybody has anything to do.
    if (this.#now < momentOf(this.#day, '24:00') || this.#engaged > 0)
      this.#enter(this.#now + upkeepMs, () => this.#upkeep());
  }

  // ── Agents ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #planShift(agent: Agent): void {
    const { shift, breaks = [] } = agent.group;
    const moment = (time: string) => momentOf(this.#day, time);
    this.#enter(moment(shift.from), () => this.#onDuty(agent.id));
    for (const { from, to } of breaks) {
      this.#enter(moment(from), () => this.#offDuty(agent.id, 'paused'));
      this.#enter(moment(to), () => this.#onDuty(agent.id));
    }
    this.#enter(moment(shift.to), () => this.#offDuty(agent.id, 'offline'));
  }

  async #onDuty(userId: string): Promise<void> {
    const duty = this.#duty(userId);
    duty.onShift = true;
    this.#account(duty);
    if (duty.away) return;
    this.#say(userId, 'ready');
    await this.#match();
  }

  #offDuty(userId: string, intent: 'paused' | 'offline'): void {
    const duty = this.#duty(userId);
    duty.onShift = false;
    this.#account(duty);
    this.#say(userId, intent);
  }

  /** To be called after whatever may have changed whether he is on duty. */
  #account(duty: Duty): void {
    const present = duty.engagedSince !== undefined || (duty.onShift && !duty.away);
    if (present) duty.since ??= this.#now;
    else if (duty.since !== undefined) {
      this.agents.onDuty += (this.#now - duty.since) / 1000;
      duty.since = undefined;
    }
  }

  #say(userId: string, intent: 'ready' | 'paused' | 'offline'): void {
    const { sql, tenantId } = this.#company;
    this.#company.take(setIntent(sql, { tenantId, userId }, intent, intent === 'paused' ? 'break' : null));
  }

  #duty(userId: string): Duty {
    const duty = this.#duties.get(userId);
    if (!duty) throw new Error(`agent ${userId} was not hired`);
    return duty;
  }

  // ── Customers ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A Poisson process: from each arrival to the next it is an exponential time. */
  #planArrivals(group: CustomerGroup): void {
    for (const { from, to, perHour } of group.arrivals) {
      const until = momentOf(this.#day, to);
      const arriveAfter = (at: number): void => {
        const next = at + this.#chance.exponential(3_600_000 / perHour);
        if (next < until)
          this.#enter(next, async () => {
            arriveAfter(next);
            await this.#arrive(group);
          });
      };
      if (perHour > 0) arriveAfter(momentOf(this.#day, from));
    }
  }

  async #arrive(group: CustomerGroup): Promise<void> {
    const { sql, tenantId, siteId, queues } = this.#company;
    this.#asked++;
    const asked = await enqueueCallback(sql, {
      tenantId,
      siteId,
      queueId: queues.get(group.queue)!,
      phone: `+8210${10_000_000 + this.#asked}`,
      locale: group.locale ?? 'ko',
      requester: Buffer.alloc(16),
    });
    if (typeof asked === 'string') throw new Error(`a customer was refused: ${asked}`);
    const { id } = asked;
    const customer = { group, askedAt: this.#now, waits: false, impatient: false };
    this.#customers.set(id, customer);
    this.#tally(group).asked++;
    this.#enterLine(customer);
    const view = await viewCallback(sql, id);
    const seconds = view?.estimatedWaitSeconds ?? null;
    const told = seconds === null ? undefined : tellWait(sql, { id, tenantId }, seconds);
    for (const after of this.#relaxAfter.get(group.queue) ?? [])
      this.#enter(this.#now + after * 1000, async () => {
        if (customer.waits) await this.#relax();
      });
    if (group.patience)
      this.#enter(this.#now + this.#chance.duration(group.patience), () => this.#loseIt(id, customer));
    await Promise.all([told, this.#match()]);
  }

  async #relax(): Promise<void> {
    while ((await advanceWaiting(this.#company.sql)) > 0) await this.#match();
  }

  /** The customer's patience is at its end: if nobody is there for him now, he takes his request back. */
  #loseIt(id: string, customer: Customer): void {
    customer.impatient = true;
    if (customer.waits) this.#giveUp(id, customer);
  }

  #giveUp(id: string, customer: Customer): void {
    const { sql, tenantId } = this.#company;
    this.#company.take(cancel(sql, { id, tenantId }));
    this.#leaveLine(customer);
    const tally = this.#tally(customer.group);
    tally.gaveUp++;
    tally.waitedSeconds += (this.#now - customer.askedAt) / 1000;
    this.#customers.delete(id);
  }

  // ── Talks ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  async #match(): Promise<void> {
    const { sql, nodeId } = this.#company;
    while (this.#waiting > 0) {
      const { offers } = await offerWaiting(sql, nodeId, mostAtOnce);
      for (const offer of offers) await this.#ring(offer);
      if (offers.length < mostAtOnce) return;
    }
  }

  async #ring(offer: ReservedInteraction): Promise<void> {
    const customer = this.#customers.get(offer.id);
    if (!customer) throw new Error(`${offer.id} was offered, and nobody asked for it`);
    const { agentId } = offer;
    const ids = agentId === null ? (await offeredTo(this.#company.sql, offer)).agents : [agentId];
    const asked = ids.map(userId => ({ userId, duty: this.#duty(userId) }));
    const tally = this.#tally(customer.group);
    tally.offers++;
    if (this.#leaveLine(customer)) tally.inPlace++;
    for (const { duty } of asked) this.#engage(duty);
    const offeredAt = this.#now;
    const [first] = asked
      .filter(({ duty }) => !this.#chance.happens(duty.group.misses ?? 0))
      .toSorted((one, other) => one.duty.group.acceptSeconds - other.duty.group.acceptSeconds);
    if (!first) this.#enter(offer.offerExpiresAt!.getTime(), () => this.#miss(offer, customer, asked));
    else
      this.#enter(this.#now + first.duty.group.acceptSeconds * 1000, async () => {
        const his = { ...offer, agentId: first.userId };
        if (agentId !== null) return this.#dial(his, customer, first.duty, offeredAt);
        this.#company.take(takeOffer(this.#company.sql, offer, first.userId));
        for (const { duty } of asked) if (duty !== first.duty) this.#free(duty);
        this.#dial(his, customer, first.duty, offeredAt);
        await this.#match();
      });
  }

  async #miss(offer: ReservedInteraction, customer: Customer, asked: readonly Asked[]): Promise<void> {
    this.#company.take(expireOffer(this.#company.sql, offer));
    this.#enterLine(customer);
    for (const { userId, duty } of asked) {
      this.#tally(customer.group).missed++;
      duty.away = true;
      this.#free(duty);
      this.#enter(this.#now + (duty.group.awaySeconds ?? 0) * 1000, async () => {
        duty.away = false;
        if (duty.onShift) await this.#onDuty(userId);
      });
    }
    if (customer.impatient) this.#giveUp(offer.id, customer);
    // A step of his skills may have come while it rang.
    else await this.#relax();
    await this.#match();
  }

  #dial(offer: ReservedInteraction, customer: Customer, duty: Duty, offeredAt: number): void {
    this.#company.take(startDialing(this.#company.sql, offer));
    const tally = this.#tally(customer.group);
    const waited = (offeredAt - customer.askedAt) / 1000;
    tally.served++;
    tally.waitedSeconds += waited;
    tally.servedAfterSeconds += waited;
    const { serviceLevelSeconds } = this.#day.queues.find(({ key }) => key === customer.group.queue)!;
    if (waited <= serviceLevelSeconds) tally.inTime++;
    this.#customers.delete(offer.id);
    const { ringSeconds, answers, talk } = customer.group;
    const answered = this.#chance.happens(answers);
    this.#enter(this.#now + ringSeconds * 1000, () => {
      if (answered) {
        this.#company.take(bridge(this.#company.sql, offer));
        this.#enter(this.#now + this.#chance.duration(talk), () => {
          this.#company.take(end(this.#company.sql, offer, 'completed', 'customer'));
          this.#wrapUp(offer, duty);
        });
      } else {
        this.#company.take(failCustomer(this.#company.sql, offer, 'no_answer'));
        tally.notReached++;
        this.#wrapUp(offer, duty);
      }
    });
  }

  #wrapUp(offer: ReservedInteraction, duty: Duty): void {
    this.#enter(this.#now + this.#chance.duration(duty.group.wrapUp), async () => {
      this.#company.take(finish(this.#company.sql, offer, { by: offer.agentId! }));
      this.#free(duty);
      await this.#match();
    });
  }

  #engage(duty: Duty): void {
    this.#engaged++;
    duty.engagedSince = this.#now;
    this.#account(duty);
  }

  #free(duty: Duty): void {
    this.#engaged--;
    this.agents.engaged += (this.#now - (duty.engagedSince ?? this.#now)) / 1000;
    duty.engagedSince = undefined;
    this.#account(duty);
  }

  #tally({ queue }: CustomerGroup): QueueTally {
    return this.queues.get(queue)!;
  }

  #enterLine(customer: Customer): void {
    customer.waits = true;
    this.#waiting++;
    this.#lines.get(customer.group.queue)!.enter(customer.askedAt);
  }

  /** @returns whether he stood first */
  #leaveLine(customer: Customer): boolean {
    customer.waits = false;
    this.#waiting--;
    return this.#lines.get(customer.group.queue)!.leave(customer.askedAt);
  }
}
