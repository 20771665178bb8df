import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LocalPlatform } from "@qizhi/core/local";
import { toBody } from "../../core/src/local/body.fixture.ts";
import { runAction, type RunnerResult, type RunOptions } from "@qizhi/runner-emulator";

/** The folder of the built action. */
export const actionDir = dirname(import.meta.dirname);

/** A small job spec as JSON text. */
export function toSpec(changes: Record<string, unknown> = {}): string {
  const usual = { name: "demo", command: "echo done", max_running_time_ms: "1h" };
  return JSON.stringify(toBody({ ...usual, ...changes }));
}

/** Inputs that submit a job which goes on until it is stopped. */
export const longJob = { "spec-inline": toSpec({ command: "sleep 60" }) };

/** Inputs that log in to a platform. */
export function toLogin({ url, credentials }: LocalPlatform): Record<string, string> {
  return { "base-url": url, ...credentials };
}

/** What a run of the bundle takes beside the emulator's own options. */
export type BundleOptions = Omit<RunOptions, "actionDir"> & { actionDir?: string };

/** Runs the built action against a platform; it submits {@link toSpec} unless told otherwise. */
export function runBundle(
  platform: LocalPlatform,
  { inputs = {}, ...options }: BundleOptions = {},
): Promise<RunnerResult> {
  const hasJob = "job-id" in inputs || "spec" in inputs || "spec-inline" in inputs;
  return runAction({
    actionDir,
    ...options,
    inputs: {
      ...toLogin(platform),
      "poll-interval": "100ms",
      ...(hasJob ? {} : { "spec-inline": toSpec() }),
      ...inputs,
    },
  });
}

/** How many requests of an operation a platform got. */
export function countOf(platform: LocalPlatform, operation: string): number {
  return platform.requests.filter((request) => request.operation === operation).length;
}

/** From the first request of a run to the end of its main step, in ms: the start of the process is the machine's. */
export function sinceFirstRequestMs(platform: LocalPlatform, run: RunnerResult): number {
  return run.startedAt + run.main.exitedAtMs - (platform.requests[0]?.at ?? NaN);
}

/** The bundle's own text. */
export function readBundle(): string {
  return readFileSync(join(actionDir, "dist/index.js"), "utf8");
}
