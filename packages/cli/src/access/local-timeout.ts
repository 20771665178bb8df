import type { WaitTimeoutError } from "@qizhi/core";
import { formatDuration, QizhiError, visibleText } from "@qizhi/core";
import { excerpt } from "@qizhi/core/internal";
import { keepWords } from "../errors/cli-error.ts";
import type { Messages } from "../messages/en.ts";
import { en } from "../messages/en.ts";

/** A wait reached its limit, and the platform that was started for it ends with the job. */
class LocalTimeoutError extends QizhiError {
  override readonly name = "LocalTimeoutError";
  readonly code = "wait_timeout";
  readonly #facts: Record<string, unknown>;

  constructor(summary: string, facts: Record<string, unknown>) {
    super(summary);
    this.#facts = facts;
  }

  protected override details(): Record<string, unknown> {
    return this.#facts;
  }
}

/** The limit of a wait as it is told of a local platform: no job goes on that could be waited for or stopped. */
export function toLocalTimeout({ jobId, limit, limitMs, status }: WaitTimeoutError): QizhiError {
  const words = (t: Messages) => {
    const seen = status === undefined ? t.phases.unknown : excerpt(status, 60);
    return t.localTimeout[limit](visibleText(jobId), formatDuration(limitMs), seen);
  };
  const facts = { job_id: jobId, limit, limit_ms: limitMs, status };
  return keepWords(new LocalTimeoutError(words(en), facts), words);
}
