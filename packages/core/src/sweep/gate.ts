import type { Clock } from "../clock.ts";

/** Holds creates back after the platform has said that there is no room, or cannot be asked. */
export interface Gate {
  /** How long until the next try with so many jobs in flight, in ms; 0 when it is open. */
  waitMs(inFlight: number): number;
  /**
   * A create beside so many jobs was refused for the quota.
   * @returns whether that is news.
   */
  noRoom(inFlight: number): boolean;
  /** The platform is out of reach or overloaded. @param askedMs how long it asked to wait. */
  notNow(askedMs?: number): void;
  /** A create was taken, and so many jobs are in flight now. */
  taken(inFlight: number): void;
}

const longestPauseMs = 300_000;

/**
 * Makes a gate. It learns from a refusal how many jobs there is room for, so that later each end of a job
 * is followed by one create that fits and not by another refusal. Beyond that number it tries again in
 * growing pauses, for others may make room.
 */
export function createGate(clock: Clock, firstPauseMs: number): Gate {
  let room = Infinity;
  let pauseMs = firstPauseMs;
  let nextProbeAt = -Infinity;
  let isTold = false;
  let trouble = { pauseMs: firstPauseMs, until: -Infinity };
  // A little off, so that the runners of several people do not come at the same moment.
  const scatter = (ms: number) => ms * (0.9 + Math.random() * 0.2);
  return {
    waitMs(inFlight) {
      const now = clock.now();
      const probeMs = inFlight < room ? 0 : nextProbeAt - now;
      return Math.max(0, probeMs, trouble.until - now);
    },
    noRoom(inFlight) {
      // Beside jobs of ours the end of one is the likelier way to room.
      const pause = inFlight > 0 ? Math.max(pauseMs, firstPauseMs * 12) : pauseMs;
      room = inFlight;
      nextProbeAt = clock.now() + scatter(Math.min(pause, longestPauseMs));
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      const isNews = !isTold;
      isTold = true;
      return isNews;
    },
    notNow(askedMs = 0) {
      const { pauseMs: pause } = trouble;
      trouble = {
        until: clock.now() + Math.max(askedMs, scatter(pause)),
        pauseMs: Math.min(pause * 2, longestPauseMs / 5),
      };
    },
    taken(inFlight) {
      trouble = { pauseMs: firstPauseMs, until: -Infinity };
      if (inFlight <= room) return;
      // There is more room than was known: how much, only the next refusal tells.
      [room, pauseMs, isTold] = [Infinity, firstPauseMs, false];
    },
  };
}
