import { codeOf } from "../text/error-code.ts";
import { closeSync, openSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { toPlatformKey } from "../journal/platform-key.ts";
import { defaultBurst, longestPauseMs, type RateSlots } from "./limiter.ts";
import { makePrivateFolder } from "../journal/private-file.ts";

export interface RateSlotsOptions {
  dir: string;
  /** Base URL of the platform. */
  platform: string;
  perSecond: number;
  /** How many may be taken at once after a quiet time. @default 3, and no more than in a second */
  burst?: number | undefined;
}

// Another host may see new files of a network file system a minute late. Until then only a file's number
// says that the turn is taken, so the file has to stay.
const keptTurns = 400;
const keptMs = 120_000;
// Requests that leave a window apart may arrive closer together: the first one had to connect.
const travelShare = 0.05;
// A file from the future has its time from another clock.
const clockErrorMs = 1_000;

/**
 * Opens the turns of a platform in the state folder, which all processes of a user share. Each turn is an
 * empty file named by the next number: the process that creates it has the turn, and the time of the file
 * is the time of the turn. A turn is free once the one `burst` turns before it is a window old, so there is
 * no lock that a killed process could keep. Where the folder cannot be written, every claim succeeds, and
 * each process is held by its own limiter alone.
 */
export function openRateSlots(options: RateSlotsOptions): RateSlots {
  return new FileSlots(options);
}

class FileSlots implements RateSlots {
  readonly #folder: string;
  readonly #burst: number;
  readonly #windowMs: number;
  #newest = 0;
  #isTidy = false;

  constructor({ dir, platform, perSecond, burst = defaultBurst(perSecond) }: RateSlotsOptions) {
    // Two platforms whose names differ in signs alone share a rate, which harms neither.
    const key = toPlatformKey(platform).replaceAll(/[^\w.-]+/g, "-");
    // Each rate has turns of its own.
    this.#folder = join(dir, "rate", `${key.slice(0, 100)}-${perSecond}`);
    this.#burst = burst;
    this.#windowMs = ((burst * 1_000) / perSecond) * (1 + travelShare);
  }

  claim(): number {
    try {
      return this.#take(Date.now());
    } catch {
      return 0;
    }
  }

  pause(ms: number): void {
    const until = Math.ceil(Date.now() + Math.min(ms, longestPauseMs));
    try {
      makePrivateFolder(this.#folder);
      createFile(this.#fileOf(`${pausePrefix}${until}`));
    } catch {
      // The limiter of this process keeps the pause all the same.
    }
  }

  #fileOf(name: string | number): string {
    return `${this.#folder}/${name}`;
  }

  /** Waiting processes come back at different moments. */
  #later(ms: number): number {
    return ms + (Math.random() * this.#windowMs * 0.1) / this.#burst;
  }

  #ageOf(turn: number, now: number): number {
    const file = statSync(this.#fileOf(turn), { throwIfNoEntry: false });
    const age = file === undefined ? Infinity : now - file.mtimeMs;
    return age < -clockErrorMs ? Infinity : age;
  }

  #removeOld(names: readonly string[], now: number): void {
    for (const name of names) {
      const turn = toTurn(name);
      const isOld =
        turn === undefined
          ? pauseLeftMs(name, now) === 0
          : turn <= this.#newest - this.#burst && this.#ageOf(turn, now) > keptMs;
      if (isOld) rmSync(this.#fileOf(name), { force: true });
    }
  }

  #take(now: number): number {
    makePrivateFolder(this.#folder);
    const names = readdirSync(this.#folder);
    this.#newest = Math.max(this.#newest, ...names.map((name) => toTurn(name) ?? 0));
    if (!this.#isTidy) this.#removeOld(names, now);
    this.#isTidy = true;
    const pausedMs = Math.max(0, ...names.map((name) => pauseLeftMs(name, now)));
    if (pausedMs > 0) return this.#later(pausedMs);
    for (;;) {
      const age = this.#ageOf(this.#newest - this.#burst + 1, now);
      if (age < this.#windowMs) return this.#later(this.#windowMs - age);
      this.#newest += 1;
      if (createFile(this.#fileOf(this.#newest))) break;
    }
    rmSync(this.#fileOf(this.#newest - keptTurns), { force: true });
    return 0;
  }
}

const pausePrefix = "pause-";

/** The rest of the pause of a file, in ms; 0 for a file of another kind. */
function pauseLeftMs(name: string, now: number): number {
  if (!name.startsWith(pausePrefix)) return 0;
  const leftMs = Number(name.slice(pausePrefix.length)) - now;
  return leftMs > 0 && leftMs <= longestPauseMs + clockErrorMs ? leftMs : 0;
}

function toTurn(name: string): number | undefined {
  return /^\d{1,15}$/.test(name) ? Number(name) : undefined;
}

/** Creates an empty file. @returns whether it was not there. */
function createFile(file: string): boolean {
  try {
    closeSync(openSync(file, "wx", 0o600));
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}
