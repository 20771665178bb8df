import type { Run } from "../command.ts";
import { connect } from "../connect.ts";
import { exitCode } from "../exit-code.ts";
import { keepSeen } from "../history.ts";
import { printJson, printResult } from "../io.ts";
import { resolveJobs } from "../job-reference.ts";
import { toJobJson, toJobsText, toSeenJob } from "../job-output.ts";
import { waitForJobs } from "../wait-for-jobs.ts";

/** `qizhi status`: one look at each job. The exit code tells that it was seen, not how it goes. */
export const status: Run = async ({ args, options, io }) => {
  const connection = await connect(options, io);
  const jobIds = resolveJobs(args, connection, io);
  if (options.flag("watch")) {
    const code = await waitForJobs(connection, jobIds, options, io);
    return code === exitCode.jobFailed ? exitCode.ok : code;
  }
  const jobs = await Promise.all(jobIds.map((jobId) => connection.client.getJob(jobId)));
  const seen = jobs.map((job) => toSeenJob(connection, job));
  keepSeen(connection.client.baseUrl, seen, io);
  if (options.flag("json")) {
    const documents = seen.map(toJobJson);
    printJson(io, documents.length === 1 ? documents[0] : documents);
  } else {
    printResult(io, toJobsText(seen, io));
  }
  return exitCode.ok;
};
