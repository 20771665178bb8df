import { excerpt, isQizhiError } from "@qizhi/core";
import { sayError } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import type { Messages } from "./messages/en.ts";

const briefMs = 15_000;

/**
 * Sends one stop for each job and waits briefly for the platform to have done it.
 * @returns what became of each, on a line of its own.
 */
export async function stopOnInterrupt(
  { client }: Connection,
  jobIds: readonly string[],
  t: Messages,
): Promise<string> {
  const lines = await Promise.all(
    jobIds.map(async (jobId) => {
      try {
        await client.stopJob(jobId, { timeoutMs: briefMs });
      } catch (error) {
        return t.couldNotStop(
          jobId,
          isQizhiError(error) ? sayError(error, t).summary : String(error),
        );
      }
      try {
        const { status } = await client.waitForJob(jobId, { timeoutMs: briefMs });
        return t.nowIs(jobId, excerpt(status ?? t.noStatus, 60));
      } catch {
        return t.stopSent(jobId);
      }
    }),
  );
  return lines.join("\n");
}
