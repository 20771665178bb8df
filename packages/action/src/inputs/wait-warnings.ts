import { type Credentials, formatDuration, type JobSpec } from "@qizhi/core";
import { endsBeforeWait, readTokenEnd } from "@qizhi/core/internal";
import type { RawInputs } from "../runner/raw-inputs.ts";

/** What a wait is told, and the jobs that are submitted for it: none with `job-id`. */
interface WaitFacts {
  readonly specs: readonly JobSpec[];
  readonly wait: boolean;
  /** Infinity without a limit. */
  readonly timeoutMs: number;
  readonly onTimeout: "stop" | "leave";
  readonly failOnTimeout: boolean;
}

/** A job that may outlive the wait for it, by the very inputs. */
export function warnOfLongJob(raw: RawInputs, facts: WaitFacts): void {
  const { wait, timeoutMs, onTimeout, failOnTimeout, specs } = facts;
  if (!wait || onTimeout === "stop" || !failOnTimeout) return;
  const longestMs = Math.max(0, ...specs.map((spec) => Number(spec.max_running_time_ms ?? 0)));
  if (longestMs <= timeoutMs) return;
  const [limit, wanted] = [timeoutMs, longestMs].map(formatDuration);
  raw.warnings.push({
    text: `timeout (${limit}) is shorter than the job may run (${wanted}): the step may fail while the job goes on. Leave timeout out and set timeout-minutes of the workflow's job, or say on-timeout: stop or fail-on-timeout: false`,
  });
}

/** A token that may end before the wait, and that nothing renews. */
export function warnOfTokenEnd(
  raw: RawInputs,
  { credentials, token = "" }: { credentials: Credentials | undefined; token: string | undefined },
  { wait, timeoutMs, specs }: WaitFacts,
): void {
  const endsAt = readTokenEnd(token);
  if (!wait || credentials !== undefined || endsAt === undefined) return;
  const runs = specs.map((spec) => Number(spec.max_running_time_ms ?? Infinity));
  const longestMs = Math.min(timeoutMs, runs.length === 0 ? Infinity : Math.max(...runs));
  if (!endsBeforeWait(endsAt, Number.isFinite(longestMs) ? longestMs : undefined)) return;
  const when = new Date(Math.max(0, endsAt)).toISOString();
  raw.warnings.push({
    text: `token ends at ${when}, perhaps before the job: the step cannot go on watching it then, nor stop it at a cancel. Give username and password`,
  });
}
