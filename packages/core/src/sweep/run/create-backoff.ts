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
  let pauseMs = firstPauseMs;
  let nextProbeAt = -Infinity;
  let isReported = false;
  let outage = { pauseMs: firstPauseMs, until: -Infinity };
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
      const pause = inFlight > 0 ? Math.max(pauseMs, firstPauseMs * 12) : pauseMs;
      room = inFlight;
      nextProbeAt = clock.now() + scatter(Math.min(pause, longestPauseMs));
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      const isNews = !isReported;
      isReported = true;
      return isNews;
    },
    unavailable(askedMs = 0) {
      const { pauseMs: pause } = outage;
      outage = {
        until: clock.now() + Math.max(askedMs, scatter(pause)),
        pauseMs: Math.min(pause * 2, longestPauseMs / 5),
      };
    },
    accepted(inFlight) {
      outage = { pauseMs: firstPauseMs, until: -Infinity };
      if (inFlight <= room) return;
      // There is more room than was known: how much, only the next refusal tells.
      [room, pauseMs, isReported] = [Infinity, firstPauseMs, false];
    },
  };
}
