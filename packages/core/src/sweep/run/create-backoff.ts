import { backoff } from "../../async/backoff.ts";
import type { Clock } from "../../async/clock.ts";

/** Holds creates back after the platform has said that there is no room, or is out of reach. */
export interface CreateBackoff {
  /** How long until the next try with so many jobs in flight, in ms; 0 when there is no reason to wait. */
  waitMs(inFlight: number): number;
  /**
   * A create beside so many jobs was refused for the quota.
   * @returns whether that is news.
   */
  quotaRefused(inFlight: number): boolean;
  /** The platform is out of reach or overloaded. @param askedMs how long it asked to wait. */
  unavailable(askedMs?: number): void;
  /** A create was accepted, and so many jobs are in flight now. */
  accepted(inFlight: number): void;
}

const longestPauseMs = 300_000;

/**
 * Makes a backoff. It learns from a refusal how many jobs there is room for, so that later each end of a job
 * is followed by one create that fits and not by another refusal. Beyond that number it tries again in
 * growing pauses, for others may make room.
 */
export function createBackoff(clock: Clock, firstPauseMs: number): CreateBackoff {
  let room = Infinity;
  let refusals = 0;
  let nextProbeAt = -Infinity;
  let isReported = false;
  let outage = { failures: 0, until: -Infinity };
  const quotaPauseMs = backoff(firstPauseMs, longestPauseMs);
  const outagePauseMs = backoff(firstPauseMs, longestPauseMs / 5);
  // A little off, so that the runners of several people do not come at the same moment.
  const scatter = (ms: number) => ms * (0.9 + Math.random() * 0.2);
  return {
    waitMs(inFlight) {
      const now = clock.now();
      const probeMs = inFlight < room ? 0 : nextProbeAt - now;
      return Math.max(0, probeMs, outage.until - now);
    },
    quotaRefused(inFlight) {
      // Beside jobs of ours the end of one is the likelier way to room.
      const leastMs = inFlight > 0 ? Math.min(firstPauseMs * 12, longestPauseMs) : 0;
      room = inFlight;
      refusals += 1;
      nextProbeAt = clock.now() + scatter(Math.max(quotaPauseMs(refusals), leastMs));
      const isNews = !isReported;
      isReported = true;
      return isNews;
    },
    unavailable(askedMs = 0) {
      const failures = outage.failures + 1;
      const pauseMs = Math.max(askedMs, scatter(outagePauseMs(failures)));
      outage = { failures, until: clock.now() + pauseMs };
    },
    accepted(inFlight) {
      outage = { failures: 0, until: -Infinity };
      if (inFlight <= room) return;
      // There is more room than was known: how much, only the next refusal tells.
      [room, refusals, isReported] = [Infinity, 0, false];
    },
  };
}
