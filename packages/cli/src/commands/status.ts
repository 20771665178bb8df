import type { Run } from "../command.ts";
import { connect } from "../connect.ts";
import { exitCode } from "../exit-code.ts";
import { printJson, printResult } from "../io.ts";
import { toJobJson, toJobsText, toSeenJob } from "../job-output.ts";
import { waitForJobs } from "../wait-for-jobs.ts";

/** `qizhi status`: one look at each job. The exit code tells that it was seen, not how it goes. */
export const status: Run = async ({ args, options, io }) => {
  const connection = await connect(options, io);
  if (options.flag("watch")) {
    const code = await waitForJobs(connection, args, options, io);
    return code === exitCode.jobFailed ? exitCode.ok : code;
  }
  const jobs = await Promise.all(args.map((jobId) => connection.client.getJob(jobId)));
  const seen = jobs.map((job) => toSeenJob(connection, job));
  if (options.flag("json")) {
    const documents = seen.map(toJobJson);
    printJson(io, documents.length === 1 ? documents[0] : documents);
  } else {
    printResult(io, toJobsText(seen, io));
  }
  return exitCode.ok;
};
