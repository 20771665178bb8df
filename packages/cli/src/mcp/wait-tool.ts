import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import type { IdentifiedJob, JobUpdate } from "@qizhi/core";
import { isQizhiError } from "@qizhi/core";
import * as z from "zod/mini";
import { keepSeen } from "../history.ts";
import { toJobJson, toPhaseText, toSeenJob } from "../job-output.ts";
import { resolveJobs } from "../job-reference.ts";
import { en } from "../messages/en.ts";
import { jobsField } from "./job-fields.ts";
import type { McpContext } from "./run-command.ts";
import { toToolIo } from "./run-command.ts";
import { toErrorFacts, toResult } from "./tool-result.ts";

/** What the wait tool tells an agent. */
export const waitDescription =
  "Wait until jobs have ended, for a bounded time (45 s by default, 300 s at most), because jobs take minutes to days. When all_ended is false, the jobs go on: call wait again, or do something else and look later with status. Ends as soon as all have ended.";

/** Arguments of the wait tool. */
export const waitFields = {
  jobs: jobsField,
  timeout_seconds: z.optional(
    z
      .number()
      .check(
        z.minimum(1),
        z.maximum(300),
        z.describe("Longest time of this call, 1 to 300 s; keep it under your own request timeout"),
      ),
  ),
};

/** A wait as a tool is asked for it. */
export interface WaitInput {
  readonly jobs: string[];
  readonly timeout_seconds?: number | undefined;
}

/** Where a wait tells how it goes, and what ends it. */
export interface WaitCall {
  readonly signal: AbortSignal;
  /** Called for each change. */
  readonly onProgress: (message: string) => void;
}

/** Waits for jobs together and answers how they stand. */
export async function waitByTool(
  { jobs, timeout_seconds: seconds = 45 }: WaitInput,
  context: McpContext,
  call: WaitCall,
): Promise<CallToolResult> {
  const connection = await context.connect();
  const io = toToolIo(context);
  const jobIds = resolveJobs(jobs, connection, io);
  const timeoutMs = seconds * 1_000;
  const outcomes = await Promise.all(
    jobIds.map(async (jobId) => {
      let last: IdentifiedJob | undefined;
      const onUpdate = (update: JobUpdate) => {
        if (update.type !== "job") return;
        last = update.job;
        const { report } = toSeenJob(connection, update.job);
        call.onProgress(`${jobId}: ${toPhaseText(report, en)}`);
      };
      try {
        const { signal } = call;
        last = await connection.client.waitForJob(jobId, { timeoutMs, onUpdate, signal });
        return { jobId, job: last, hasEnded: true };
      } catch (error) {
        if (!isQizhiError(error)) throw error;
        if (error.code === "wait_timeout" && last !== undefined) {
          return { jobId, job: last, hasEnded: false };
        }
        return { jobId, error, hasEnded: false };
      }
    }),
  );
  const seen = outcomes.flatMap(({ job }) => (job ? toSeenJob(connection, job) : []));
  keepSeen(connection.client.baseUrl, seen, io);
  const allEnded = outcomes.every(({ hasEnded }) => hasEnded);
  const document = {
    all_ended: allEnded,
    jobs: outcomes.map(({ jobId, job, hasEnded, error }) => {
      if (job === undefined) return { job_id: jobId, has_ended: false, error: toErrorFacts(error) };
      return { has_ended: hasEnded, ...toJobJson(toSeenJob(connection, job)) };
    }),
    ...(!allEnded && { next: "Still active: call wait again with the same jobs." }),
  };
  const isError = outcomes.every(({ job }) => job === undefined);
  return { ...toResult(document), ...(isError && { isError }) };
}
