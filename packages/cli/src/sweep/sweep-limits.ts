import type { SweepLimit } from "@qizhi/core/sweep";
import { excerpt } from "@qizhi/core/internal";
import type { Messages } from "../messages/en.ts";
import { en } from "../messages/en.ts";

/** Which limit was reached, in words. */
export function sayLimit({ limitMs, run }: SweepLimit, { sweep: t, duration }: Messages): string {
  const after = duration(limitMs);
  return run === undefined ? t.overTime(after) : t.overQueue(excerpt(run.run.name, 100), after);
}

/** A limit as an error of a document, with the facts of a `WaitTimeoutError`. */
export function toLimitJson(reached: SweepLimit, exitCode: number): object {
  const { limit, limitMs, run } = reached;
  return {
    code: "wait_timeout",
    summary: sayLimit(reached, en),
    job_id: run?.jobId,
    limit,
    limit_ms: limitMs,
    exit_code: exitCode,
  };
}
