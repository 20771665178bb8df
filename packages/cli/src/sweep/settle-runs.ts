import { isQizhiError } from "@qizhi/core";
import type { RunStatus } from "@qizhi/core/sweep";
import {
  excerpt,
  isJobId,
  isUnsettled,
  jobListUrl,
  refuseOwnedJob,
  shortAttempt,
  visibleText,
} from "@qizhi/core/internal";
import { askText } from "../terminal/ask.ts";
import { type Connection, toCommand } from "../terminal/connection.ts";
import { type Io, printError, printNote } from "../terminal/io.ts";

/** Prints the runs that only a person can settle, and how. */
export function reportUnknown(
  connection: Pick<Connection, "client" | "flags">,
  runs: readonly RunStatus[],
  io: Io,
): void {
  const { t } = io;
  const track = toCommand(connection, "track");
  const unknown = runs.filter(({ state }) => state === "unknown");
  const [first] = unknown;
  if (first === undefined) return;
  const blocks = unknown.map(({ run, attempt }) => {
    return `${excerpt(run.name, 100)}\n${t.sweep.settle(track, shortAttempt(attempt ?? ""))}`;
  });
  const url = visibleText(jobListUrl(connection.client.baseUrl, first.run.spec.workspace_id));
  printNote(io, [t.sweep.toSettle, t.sweep.lookAt(url), ...blocks].join("\n"));
}

/** Asks about each unknown run of a sweep whose create is not under way any more, and records the answers. */
export async function askUnknown(
  { client, journal }: Connection,
  runs: readonly RunStatus[],
  io: Io,
): Promise<void> {
  for (const { state, attempt, run } of runs) {
    if (state !== "unknown" || attempt === undefined) continue;
    if (!isUnsettled(journal, attempt)) continue;
    const url = visibleText(jobListUrl(client.baseUrl, run.spec.workspace_id));
    const find = async (said: string) => {
      const { job_id: jobId } = await client.getJob(said);
      refuseOwnedJob(journal, client.baseUrl, jobId, attempt);
      return jobId;
    };
    const answer = await askJob(io.t.sweep.askJob(excerpt(run.name, 100), url), find, io);
    // It may have been settled in another terminal while the question stood.
    if (answer === "later" || !isUnsettled(journal, attempt)) continue;
    journal.append({ kind: "resolved", attempt, jobId: answer });
  }
}

/** Asks until the answer is a job that `find` takes, that there is none (`undefined`), or "later". */
async function askJob(
  message: string,
  find: (said: string) => Promise<string>,
  io: Io,
): Promise<string | undefined> {
  for (;;) {
    const check = (text: string) => {
      const said = text.trim();
      return isJobId(said) || /^(no|later)$/i.test(said) ? undefined : io.t.sweep.askForm;
    };
    const said = (await askText(io, { message, check })).trim();
    if (/^later$/i.test(said)) return "later";
    if (/^no$/i.test(said)) return undefined;
    try {
      return await find(said);
    } catch (error) {
      if (!isQizhiError(error)) throw error;
      printError(io, error);
    }
  }
}
