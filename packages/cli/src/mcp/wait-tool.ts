import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { JobsUpdate } from "@qizhi/core";
import * as z from "zod/mini";
import { followJobs, isOver } from "../jobs/poll-jobs.ts";
import { toJobJson, toPhaseText } from "../view/job-output.ts";
import { selectJobs } from "../history/selection.ts";
import { en } from "../messages/en.ts";
import { jobsField, optional, readOnly, refuseMany } from "./fields.ts";
import { guard, type McpContext, toToolIo } from "./run-command.ts";
import { toErrorFacts, toJobsResult } from "./tool-result.ts";

const schema = z.strictObject({
  jobs: jobsField,
  timeout_seconds: optional(
    z.number().check(z.minimum(1), z.maximum(300)),
    "Longest time of this call, 1 to 300 s; keep it under your own request timeout",
  ),
});

/** Adds the tool that waits for jobs, with each change as progress. */
export function addWait(server: McpServer, context: McpContext): void {
  server.registerTool(
    "wait",
    {
      title: "Wait for jobs",
      description:
        "Wait until jobs have ended, for a bounded time (45 s by default, 300 s at most), because jobs take minutes to days. When all_ended is false, the jobs go on: call wait again, or do something else and look later with status. Ends as soon as all have ended.",
      inputSchema: schema,
      annotations: readOnly,
    },
    guard(context, async (input, call, { signal, _meta, sendNotification }) => {
      const progressToken = _meta?.progressToken;
      let progress = 0;
      const onProgress = (message: string) => {
        if (progressToken === undefined) return;
        progress += 1;
        const params = { progressToken, progress, message };
        // A client that is gone needs no progress.
        sendNotification({ method: "notifications/progress", params }).catch(() => {});
      };
      return waitByTool(input, call, { signal, onProgress });
    }),
  );
}

/** Where a wait reports its progress, and what ends it. */
interface WaitCall {
  readonly signal: AbortSignal;
  /** Called for each change. */
  readonly onProgress: (message: string) => void;
}

/** Waits for jobs together and answers with their states. */
async function waitByTool(
  { jobs, timeout_seconds: seconds = 45 }: z.infer<typeof schema>,
  context: McpContext,
  call: WaitCall,
): Promise<CallToolResult> {
  const connection = await context.connect();
  const io = toToolIo(context);
  const jobIds = selectJobs(jobs, connection, io);
  refuseMany(jobIds, connection, "wait", ...jobs);
  const options = { timeoutMs: seconds * 1_000, signal: call.signal };
  const statuses = new Map<string, string | undefined>();
  const onUpdate = (update: JobsUpdate) => {
    if (update.type !== "job") return;
    const { jobId, report } = update;
    const isNew = statuses.get(jobId) !== report.status;
    statuses.set(jobId, report.status);
    if (isNew) call.onProgress(`${jobId}: ${toPhaseText(report, en)}`);
  };
  const outcomes = await followJobs(connection, jobIds, options, onUpdate);
  const allEnded = outcomes.every(isOver);
  const mayGoOn = outcomes.some(({ error }) => error?.code.startsWith("wait_"));
  const document = {
    all_ended: allEnded,
    jobs: outcomes.map((outcome) => {
      const { jobId, seen, error } = outcome;
      const hasEnded = { has_ended: isOver(outcome) };
      const last = error?.code === "wait_timeout" ? outcome.last : seen;
      if (last === undefined) return { job_id: jobId, ...hasEnded, error: toErrorFacts(error) };
      return { ...hasEnded, ...toJobJson(last) };
    }),
    ...(mayGoOn && { next: "Still active: call wait again with the same jobs." }),
  };
  return toJobsResult(document);
}
