import { type AuthError, type KnownError, type WaitLostError, ApiError } from "../errors/errors.ts";
import { isPassing } from "../calls/retry.ts";
import { ErrorBudget, lastTurnMs, toRetryAfter } from "./rules.ts";
import { Schedule } from "./schedule.ts";
import { Failing, type Refused, type WatchedJob } from "./watched-job.ts";
import type { Clock } from "../async/clock.ts";
import { Bell, EventQueue } from "../async/event-queue.ts";
import type { JobsUpdate, WaitOptions, WatcherContext } from "./updates.ts";

/** A time in which no poll was answered. */
class Outage extends ErrorBudget {
  /** The jobs whose polls failed, until it is reported. */
  readonly jobs = new Set<WatchedJob>();
  isReported = false;
}

/** What the polls of one watcher share. */
export class WatchState {
  readonly context: WatcherContext;
  readonly clock: Clock;
  readonly options: WaitOptions;
  readonly schedule: Schedule;
  /** Aborts when the watcher is closed. */
  readonly signal: AbortSignal;
  /** Wakes the loop. */
  readonly bell: Bell;
  readonly updates: EventQueue<JobsUpdate>;
  polling = 0;
  outage: Outage | undefined;
  /** The platform has answered. */
  isReached = false;
  /** When it last answered about a job. */
  answeredAt = -Infinity;
  /** How often the polls were held back in a row because new tokens are refused. */
  refusals = 0;
  /** When polls go on. */
  heldUntil = -Infinity;

  constructor(context: WatcherContext, options: WaitOptions, signal: AbortSignal) {
    this.context = context;
    this.clock = context.clock;
    this.options = options;
    this.schedule = new Schedule(options);
    this.signal = signal;
    this.bell = new Bell(context.clock, signal);
    this.updates = new EventQueue(() => this.bell.ring());
  }
}

// Failed polls in a row of one job, or failed jobs in a row, that are more than bad luck.
const fewestFailures = 3;

/** Handles an answer about a job: its trouble is over, which is reported. */
export function noteAnswer(state: WatchState, job: WatchedJob): void {
  notePlatformAnswer(state);
  const { jobId, failing, refused } = job;
  job.failing = job.refused = undefined;
  const own = refused ?? failing;
  if (!own?.isReported || !state.schedule.has(job)) return;
  state.updates.push({ type: "recovered", jobId, afterMs: state.clock.now() - own.sinceMs });
}

/** Handles an answer of the platform, if only a refusal of one job. */
function notePlatformAnswer(state: WatchState): void {
  const { clock, outage, schedule, updates } = state;
  state.isReached = true;
  state.answeredAt = clock.now();
  state.refusals = 0;
  state.outage = undefined;
  if (!outage?.isReported) return;
  updates.push({ type: "recovered", afterMs: clock.now() - outage.sinceMs });
  // A job that still fails has trouble of its own, which is reported again.
  for (const { failing } of schedule.all()) if (failing) failing.isReported = false;
}

/** Counts the refusals of a job that the platform has shown before; the first is reported. */
export function noteRefusal(
  state: WatchState,
  job: WatchedJob,
  sinceMs: number,
  error: ApiError,
): Refused {
  notePlatformAnswer(state);
  job.failing = undefined;
  if (job.refused === undefined && job.seen !== undefined) pushTrouble(state, error, job);
  job.refused ??= { sinceMs, polls: 0, isReported: job.seen !== undefined, error };
  job.refused.polls += 1;
  return job.refused;
}

/**
 * Counts the failed polls of a job, reports them once, and gives the job up after the error budget.
 * @returns how many they are in a row, and what to give it up with.
 * @throws {WaitLostError} all are given up.
 */
export function noteFailure(
  state: WatchState,
  job: WatchedJob,
  polledAt: number,
  error: KnownError,
): { failures: number; lost?: WaitLostError } {
  const sinceMs = toBegin(state, polledAt);
  const own = (job.failing ??= new Failing(state, sinceMs));
  own.error = error;
  const isUsedUp = own.spend(error);
  own.polls += 1;
  // A job that was reported by itself says nothing about the platform, but ends with it.
  if (!own.isReported || state.outage?.isReported) noteOutage(state, job, sinceMs, error);
  // In an outage all are given up together, later than a job whose own trouble began before.
  if (isUsedUp && !state.outage?.isReported && isCause(state, own)) {
    return { failures: own.polls, lost: own.toLost(job.jobId, error) };
  }
  if (own.polls >= fewestFailures && !own.isReported && !state.outage?.isReported) {
    own.isReported = true;
    leaveOutage(state, job);
    pushTrouble(state, error, job);
  }
  return { failures: own.polls };
}

/** Whether a job is the cause of its trouble, not the platform: the next poll of another job shows it. */
function isCause({ answeredAt, schedule }: WatchState, { sinceMs }: Failing): boolean {
  return answeredAt > sinceMs || [...schedule.all()].every(({ failing }) => failing);
}

/** Counts jobs that failed in a row, reports them once, and gives all up after the error budget. */
function noteOutage(state: WatchState, job: WatchedJob, sinceMs: number, error: KnownError): void {
  const outage = (state.outage ??= new Outage(state, sinceMs));
  const isUsedUp = outage.spend(error);
  if (!outage.isReported) {
    outage.jobs.add(job);
    const others = [...state.schedule.all()].filter(({ failing }) => !failing?.isReported);
    // One job among many that fails is no outage.
    if (outage.jobs.size < Math.min(fewestFailures, others.length)) return;
    outage.isReported = true;
    pushTrouble(state, error);
  }
  if (isUsedUp) throw outage.toLost(job.jobId, error);
}

/** Reports trouble of one job, or of all; a wait for one job alone gets its last answer with it. */
function pushTrouble({ updates, schedule }: WatchState, error: KnownError, job?: WatchedJob): void {
  const [only] = schedule.size === 1 ? schedule.all() : [];
  const isRefusal = error instanceof ApiError && !isPassing(error);
  const seen = isRefusal ? (job ?? only)?.seen : undefined;
  const lastSeen = seen && { status: seen.status, atMs: seen.atMs };
  updates.push({ type: "trouble", ...(job && { jobId: job.jobId }), error, lastSeen });
}

/** Takes a job out of the outage, which ends with its last job. */
export function leaveOutage(state: WatchState, job: WatchedJob): void {
  const { outage } = state;
  if (!outage?.jobs.delete(job) || outage.isReported || outage.jobs.size > 0) return;
  state.outage = undefined;
}

/** Holds all polls back after a new token was refused; those under way then count as one. */
export function hold(state: WatchState, error: AuthError): void {
  if (isHeld(state)) return;
  state.refusals += 1;
  const until = state.clock.now() + toRetryAfter(error, state.refusals);
  state.heldUntil = Math.min(until, state.outage?.endsAt ?? Infinity);
}

/** Whether polls are held back, because each would cost a login. */
export function isHeld({ clock, heldUntil }: WatchState): boolean {
  return clock.now() < heldUntil;
}

/** When trouble began. A poll that lasted longer than any error budget was under way while the process stood still. */
function toBegin(state: WatchState, polledAt: number): number {
  const now = state.clock.now();
  return now > new ErrorBudget(state, polledAt).endsAt + lastTurnMs ? now : polledAt;
}

/**
 * When the error budget of a job or of all is used up, unless an answer comes before.
 * @param failsFrom when the trouble would begin, should the poll that is under way be the first to fail.
 */
export function givesUpAt(
  state: WatchState,
  { failing }: WatchedJob,
  failsFrom: number = Infinity,
): number {
  const { outage } = state;
  if (outage?.isReported) return outage.endsAt;
  const fresh = new ErrorBudget(state, failsFrom);
  return Math.min((failing ?? fresh).endsAt, (outage ?? fresh).endsAt);
}
