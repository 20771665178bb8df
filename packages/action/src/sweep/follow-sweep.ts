import { AuthError } from "@qizhi/core";
import { excerpt } from "@qizhi/core/internal";
import { type HaltReason, type SweepLimit } from "@qizhi/core/sweep";
import type { LoginGuard } from "../job/login-guard.ts";
import type { Stopper } from "./stopper.ts";
import { createSweepLog } from "./sweep-log.ts";
import type { Inputs } from "../inputs/inputs.ts";
import { type Interruption, sayLimit } from "../report/interruption.ts";
import type { SweepParts } from "./sweep-parts.ts";

const tickMs = 500;

/** Runs the sweep until it is over, all is submitted and not waited for, or there is a reason to leave. */
export async function followSweep(
  parts: SweepParts,
  { leaving, guard, stopper }: { leaving: AbortController; guard: LoginGuard; stopper: Stopper },
): Promise<{ interruption: Interruption | undefined; halted: HaltReason | undefined }> {
  const { sweep, inputs, cancel, log, lastSeen } = parts;
  const { heartbeatMs } = inputs;
  const now = () => performance.now();
  const runs = sweep.runs;
  const progress = createSweepLog({ print: log.line, now, heartbeatMs, runs, lastSeen });
  let interruption: Interruption | undefined;
  let halted: HaltReason | undefined;
  let trouble: unknown;
  const leave = (why: Interruption) => {
    if (interruption !== undefined) return;
    interruption = why;
    // Those that are known now are not held up by a create under way.
    stopper.begin(why, halted !== undefined);
    leaving.abort(new Error("the sweep is left"));
  };
  const onCancel = () => leave({ why: "cancel" });
  const onRefused = () => leave({ why: "error", error: trouble ?? refused() });
  cancel.signal.addEventListener("abort", onCancel, { once: true });
  guard.signal.addEventListener("abort", onRefused, { once: true });
  const ticks = setInterval(progress.tick, Math.min(tickMs, heartbeatMs));
  const events = sweep.events();
  if (cancel.signal.aborted) onCancel();
  try {
    let next = await events.next();
    for (; !next.done; next = await events.next()) {
      const event = next.value;
      progress.note(event);
      if (event.type === "halted") halted = event.reason;
      if (event.type === "trouble") trouble = event.error;
      if (!inputs.wait && runs.every(({ state }) => state !== "waiting")) break;
    }
    const limit = next.done ? next.value.limit : undefined;
    if (limit !== undefined) leave(toTimeout(limit, inputs));
  } catch (error) {
    interruption ??= { why: "error", error };
  } finally {
    await events.return(undefined as never);
    clearInterval(ticks);
    cancel.signal.removeEventListener("abort", onCancel);
    progress.end();
  }
  return { interruption, halted };
}

function toTimeout({ run }: SweepLimit, inputs: Inputs): Interruption {
  const isQueued = run !== undefined;
  const cause = isQueued
    ? `The job of ${excerpt(run.run.name, 100)} was still queued when ${sayLimit("queue", inputs)} was over.`
    : `The sweep was not over when ${sayLimit("total", inputs)} was.`;
  return { why: "timeout", isQueued, cause };
}

function refused(): AuthError {
  const hint = "Check that the account may use the OpenAPI, and that the base URL is right.";
  return new AuthError("token_refused", "The platform refuses every new token.", hint);
}
