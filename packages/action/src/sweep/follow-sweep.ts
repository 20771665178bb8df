import { AuthError } from "@qizhi/core";
import { type HaltReason, type SweepLimit } from "@qizhi/core/sweep";
import type { LoginGuard } from "../job/login-guard.ts";
import type { Stopper } from "./stopper.ts";
import { createSweepLog } from "./sweep-log.ts";
import type { Left, SweepParts } from "./sweep-parts.ts";

const tickMs = 500;

/** Runs the sweep until it is over, all is submitted and not waited for, or there is a reason to leave. */
export async function followSweep(
  parts: SweepParts,
  { leaving, guard, stopper }: { leaving: AbortController; guard: LoginGuard; stopper: Stopper },
): Promise<{ left: Left | undefined; halted: HaltReason | undefined }> {
  const { sweep, inputs, cancel, log, lastSeen } = parts;
  const { heartbeatMs } = inputs;
  const now = () => performance.now();
  const runs = sweep.runs;
  const progress = createSweepLog({ print: log.line, now, heartbeatMs, runs, lastSeen });
  let left: Left | undefined;
  let halted: HaltReason | undefined;
  let trouble: unknown;
  const leave = (why: Left) => {
    if (left !== undefined) return;
    left = why;
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
    if (limit !== undefined) leave(toLeft(limit));
  } catch (error) {
    left ??= { why: "error", error };
  } finally {
    await events.return(undefined as never);
    clearInterval(ticks);
    cancel.signal.removeEventListener("abort", onCancel);
    progress.end();
  }
  return { left, halted };
}

function toLeft({ run }: SweepLimit): Left {
  return run === undefined ? { why: "timeout" } : { why: "queue", run };
}

function refused(): AuthError {
  const hint = "Check that the account may use the OpenAPI, and that the base URL is right.";
  return new AuthError("token_refused", "The platform refuses every new token.", hint);
}
