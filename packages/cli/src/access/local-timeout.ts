import type { WaitTimeoutError } from "@qizhi/core";
import { formatDuration, QizhiError, visibleText } from "@qizhi/core";
import { excerpt } from "@qizhi/core/internal";
import { keepWords } from "../errors/cli-error.ts";
import type { Messages } from "../messages/en.ts";
import { en } from "../messages/en.ts";

/** A wait reached its limit, and the platform that was started for it ends with the job. */
class LocalTimeoutError extends QizhiError {
  override readonly name = "LocalTimeoutError";

  constructor({ jobId, limit, limitMs, status }: WaitTimeoutError, summary: string) {
    super({ code: "wait_timeout", jobId, limit, limitMs, status }, undefined, { summary });
  }
}

/** The limit of a wait as it is told of a local platform: no job goes on that could be waited for or stopped. */
export function toLocalTimeout(reached: WaitTimeoutError): QizhiError {
  const { jobId, limit, limitMs, status } = reached;
  const words = (t: Messages) => {
    const seen = status === undefined ? t.phases.unknown : excerpt(status, 60);
    return t.localTimeout[limit](visibleText(jobId), formatDuration(limitMs), seen);
  };
  return keepWords(new LocalTimeoutError(reached, words(en)), words);
}
