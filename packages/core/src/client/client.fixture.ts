import { setImmediate } from "node:timers/promises";
import { inspect } from "node:util";
import { expect } from "vitest";
import type { Client } from "./client.ts";
import { type ClientOptions, createClient } from "./create-client.ts";
import type { Clock } from "../async/clock.ts";
import type { JobSpecInput } from "../schemas/job-spec.ts";
import { createRateLimiter } from "../calls/limiter.ts";
import { toBody } from "../local/body.fixture.ts";
import {
  type LocalPlatform,
  type LocalPlatformOptions,
  startLocalPlatform,
} from "../local/index.ts";

/** A job spec that the local platform takes. */
export const spec: JobSpecInput = toBody();

/** Id of a job that tests seed. */
export const seedId = "job-aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa";

const opened: LocalPlatform[] = [];

/** A local platform whose jobs pass at once and run no command. */
export async function openPlatform(options: LocalPlatformOptions = {}): Promise<LocalPlatform> {
  const credentials = { username: "someone", password: 'hunter2 "quoted" \\ päss' };
  const platform = await startLocalPlatform({
    stages: 0,
    commands: "skip",
    credentials,
    ...options,
  });
  opened.push(platform);
  return platform;
}

/** A client of a platform that waits on a clock of its own, so that no test sleeps. */
export function openClient(platform: LocalPlatform, options: ClientOptions = {}): Client {
  const { url: baseUrl, credentials } = platform;
  const { clock = createTestClock() } = options;
  const limiter = createRateLimiter({ perSecond: 1e9, burst: 1_000, clock });
  return createClient({ baseUrl, credentials, limiter, ...options, clock });
}

/** How many requests of an operation reached a platform. */
export function count(platform: LocalPlatform, operation: string): number {
  return platform.requests.filter((request) => request.operation === operation).length;
}

/** A clock that passes only by sleeping, at once; sleeps side by side pass together. */
export interface TestClock extends Clock {
  /** Every sleep so far, in ms. */
  readonly sleeps: readonly number[];
  /** Called at the start of each sleep. */
  onSleep: (ms: number) => void | Promise<void>;
  /** Lets time pass. */
  pass(ms: number): void;
}

/** Makes a {@link TestClock}. */
export function createTestClock(): TestClock {
  let now = 1_000_000;
  const sleeps: number[] = [];
  const clock: TestClock = {
    sleeps,
    onSleep: () => {},
    now: () => now,
    pass: (ms) => {
      now += ms;
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      sleeps.push(ms);
      // Some time passes in every sleep, as with a timer: the sum of two floats may be the first of them.
      const endsAt = now + Math.max(ms, 0.001);
      await clock.onSleep(ms);
      // So that a loop of sleeps lets answers come in.
      await setImmediate();
      signal?.throwIfAborted();
      now = Math.max(now, endsAt);
    },
  };
  return clock;
}

/** What a promise is rejected with; fails if it resolves, or if a secret shows in the error. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("value" in outcome) throw new Error(`It did not fail but gave ${inspect(outcome.value)}`);
  expectNoSecret(outcome.error);
  return outcome.error;
}

/** Fails if a password or token of a platform of these tests shows anywhere in a value. */
export function expectNoSecret(value: unknown): void {
  const texts = [inspect(value, { depth: 10, showHidden: true }), String(value), toJson(value)];
  const seen = new Set<unknown>();
  for (let at = value; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    texts.push(at.message, String(at.stack), toJson(at), inspect(at, { depth: 10 }));
  }
  const shown = texts.join("\n");
  for (const { credentials, issuedTokens } of opened) {
    for (const secret of [credentials.password, ...issuedTokens]) {
      expect(shown).not.toContain(secret);
      expect(shown).not.toContain(JSON.stringify(secret).slice(1, -1));
    }
  }
  expect(shown).not.toContain("Bearer");
  expect(shown).not.toMatch(/hunter2|eyJ/);
}

function toJson(value: unknown): string {
  return JSON.stringify(value) ?? "";
}

/** A promise that is resolved from outside. */
export function createMoment(): { reached: Promise<void>; reach: () => void } {
  let reach = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return { reached, reach };
}

/**
 * Whether work ends at once: within 100 ms, or a thousand turns of the event loop, as a busy machine may hold the
 * process for longer.
 */
export async function endsAtOnce(work: Promise<unknown>): Promise<boolean> {
  const seen = { isOver: false };
  const note = () => {
    seen.isOver = true;
  };
  void work.then(note, note);
  const started = performance.now();
  for (let turns = 0; turns <= 1_000 || performance.now() - started <= 100; turns++) {
    await setImmediate();
    if (seen.isOver) return true;
  }
  return false;
}
