import type { LocalPlatform } from "@qizhi/core/local";
import { type BundleOptions, runBundle, toSpec } from "../bundle.ts";
import type { RunnerResult } from "@qizhi/runner-emulator";

/** A spec whose runs take the command of their variable `n`. */
export function toSweepSpec(values: readonly unknown[], changes: object = {}): string {
  const command = "sh -c '{{ matrix.n }}'";
  return toSpec({ name: "demo", command, matrix: { n: values }, ...changes });
}

/** Runs the built action on a sweep, with many requests a second. */
export function runSweepBundle(
  platform: LocalPlatform,
  { inputs = {}, ...options }: BundleOptions,
): Promise<RunnerResult> {
  return runBundle(platform, { ...options, inputs: { "max-requests-per-second": 50, ...inputs } });
}

/** The `runs` output. */
export function readRuns(result: RunnerResult): Record<string, unknown>[] {
  return JSON.parse(result.outputs["runs"] ?? "null");
}

/** How many jobs of a platform had not ended at any instant, at most. */
export function mostAtOnce(platform: LocalPlatform): number {
  const changes = platform.jobs().flatMap(({ createdAt, finishedAt }) => [
    { at: createdAt, jobs: 1 },
    { at: finishedAt ?? Infinity, jobs: -1 },
  ]);
  // Of one moment, the ends come first.
  changes.sort((a, b) => a.at - b.at || a.jobs - b.jobs);
  let [most, now] = [0, 0];
  for (const { jobs } of changes) {
    now += jobs;
    most = Math.max(most, now);
  }
  return most;
}
