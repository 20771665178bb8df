import type { ResultRow } from "./result-rows.ts";
import type { RunState } from "../record/run-status.ts";

const beganAt = Date.UTC(2026, 4, 1, 8);
const ends: readonly RunState[] = ["succeeded", "succeeded", "succeeded", "failed", "stopped"];

/** Rows as a sweep of some hours would leave them; for tests. */
export function makeRows(count: number): ResultRow[] {
  return Array.from({ length: count }, (_, index) => {
    const isOpen = index >= count - 3;
    const state = isOpen
      ? (["running", "queued", "waiting"] as const)[index % 3]!
      : ends[index % 5]!;
    const startMs = beganAt + Math.floor(index / 4) * 1_500_000 + (index % 4) * 60_000;
    const queueMs = 120_000 + ((index * 7919) % 900_000);
    const runMs = 600_000 + ((index * 104_729) % 5_400_000);
    const ranAt = startMs + queueMs + 40_000;
    const isRunning = state === "running";
    const hasStarted = state !== "queued" && state !== "waiting";
    return {
      index: index + 1,
      name: `llama-lr-1e-${(index % 4) + 2}-seed-${index}`,
      parameters: { lr: `1e-${(index % 4) + 2}`, seed: String(index) },
      state,
      tries: index % 9 === 8 ? 2 : 1,
      jobId: `job-${String(index).padStart(8, "0")}-0000-4000-8000-000000000000`,
      url: "https://qz.sii.edu.cn/jobs/distributedTrainingDetail/job-x",
      queueMs,
      prepareMs: hasStarted ? 40_000 : undefined,
      runMs: hasStarted ? runMs : undefined,
      gpus: 8,
      gpuHours: hasStarted ? (runMs / 3_600_000) * 8 : undefined,
      cost: hasStarted ? (runMs / 3_600_000) * 12 : undefined,
      reason: state === "failed" ? "worker-0 ended with exit code 1" : undefined,
      stages:
        state === "waiting"
          ? []
          : [
              { name: "queue" as const, startMs, ...(hasStarted && { endMs: startMs + queueMs }) },
              ...(hasStarted
                ? [
                    { name: "prepare" as const, startMs: startMs + queueMs, endMs: ranAt },
                    {
                      name: "run" as const,
                      startMs: ranAt,
                      ...(!isRunning && { endMs: ranAt + runMs }),
                    },
                  ]
                : []),
            ],
    };
  });
}

/** The moment at which {@link makeRows} are looked at. */
export function lookedAt(count: number): number {
  return beganAt + Math.ceil(count / 4) * 1_500_000 + 7_200_000;
}

/** Texts that would like to be more than text; for tests. */
export const hostileTexts = [
  "<script>alert(1)</script>",
  "</style><img src=x onerror=alert(1)>",
  '"><svg onload=alert(1)>',
  "' onmouseover='alert(1)",
  "&lt;b&gt; &amp;",
  "]]> --> <!--",
  "\u202edesrever\u0000\u001b[31m",
  "=cmd|'/c calc'!A0",
  "| a | b |\n| --- |",
  "[x](javascript:alert(1)) ![y](http://z) @someone #1 `code` https://evil.example",
] as const;
