/**
 * What queueing theory says of a queue without and with impatient customers: M/M/n (Erlang C), and M/M/n+M (Erlang A;
 * Zeltyn and Mandelbaum, "Call centers with impatient customers", 2005). Times in seconds, rates by the second.
 */

export interface Load {
  arrivals: number;
  handleSeconds: number;
  agents: number;
}

export interface Prediction {
  /** How many of all are served within the given time, 0 to 1. */
  serviceLevel: number;
  /** Of all, those who give up included. */
  waitSeconds: number;
  /** How many give up, 0 to 1. */
  abandons: number;
  /** How many of the agents are busy, 0 to 1. */
  occupancy: number;
}

/** Erlang B, by its recursion: it stays within 0 and 1 where the factorials would not. */
function blocked(load: number, agents: number): number {
  let share = 1;
  for (let n = 1; n <= agents; n++) share = (load * share) / (n + load * share);
  return share;
}

/** Null where more work comes than the agents can do: the queue would grow for ever. */
export function erlangC({ arrivals, handleSeconds, agents }: Load, withinSeconds: number): Prediction | null {
  const load = arrivals * handleSeconds;
  if (load >= agents) return null;
  const b = blocked(load, agents);
  const waits = b / (1 - (load / agents) * (1 - b));
  return {
    serviceLevel: 1 - waits * Math.exp((-(agents - load) * withinSeconds) / handleSeconds),
    waitSeconds: (waits * handleSeconds) / (agents - load),
    abandons: 0,
    occupancy: load / agents,
  };
}

/** What is left of a peak is nothing: e to the power of minus this. */
const nothing = 45;

/**
 * The time that somebody with endless patience would wait has the density a·e^h(x), where h(x) = λ(1 − e^(−θx))/θ − nμx.
 * All of it is divided by the peak of e^h, which no number could hold on a floor that is overrun.
 */
export function erlangA(
  { arrivals, handleSeconds, agents, patienceSeconds }: Load & { patienceSeconds: number },
  withinSeconds: number,
): Prediction {
  if (arrivals === 0) return { serviceLevel: 1, waitSeconds: 0, abandons: 0, occupancy: 0 };
  if (agents === 0) return { serviceLevel: 0, waitSeconds: patienceSeconds, abandons: 1, occupancy: 0 };
  const departures = agents / handleSeconds;
  const stays = (x: number) => Math.exp(-x / patienceSeconds);
  const h = (x: number) => arrivals * patienceSeconds * (1 - stays(x)) - departures * x;
  const peakAt = Math.max(0, patienceSeconds * Math.log(arrivals / departures));
  const peak = h(peakAt);
  const density = (x: number) => Math.exp(h(x) - peak);
  let end = peakAt + handleSeconds / agents;
  while (h(end) > peak - nothing) end *= 2;

  const a = arrivals * blocked(arrivals * handleSeconds, agents - 1);
  const atOnce = Math.exp(-peak);
  const all = atOnce + a * integral(density, 0, end);
  const served = (until: number) =>
    (atOnce + a * integral(x => density(x) * stays(x), 0, Math.min(until, end))) / all;
  const abandons = Math.max(0, 1 - served(end));
  return {
    serviceLevel: served(withinSeconds),
    waitSeconds: abandons * patienceSeconds,
    abandons,
    occupancy: (arrivals * (1 - abandons) * handleSeconds) / agents,
  };
}

/** By Simpson's rule. */
function integral(f: (x: number) => number, from: number, to: number): number {
  const pieces = 4000;
  const width = (to - from) / pieces;
  let sum = f(from) + f(to);
  for (let n = 1; n < pieces; n++) sum += f(from + n * width) * (n % 2 === 1 ? 4 : 2);
  return (sum * width) / 3;
}
