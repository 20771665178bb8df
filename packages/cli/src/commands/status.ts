import type { Run } from "../command.ts";
import { connect } from "../connect.ts";
import { exitCode } from "../exit-code.ts";
import { printJson, printResult } from "../io.ts";
import { toJobJson, toJobText, toSeenJob } from "../job-output.ts";

/** `qizhi status`: one look at each job. The exit code tells that it was seen, not how it goes. */
export const status: Run = async ({ args, options, io }) => {
  const connection = await connect(options, io);
  const jobs = await Promise.all(args.map((jobId) => connection.client.getJob(jobId)));
  const seen = jobs.map((job) => toSeenJob(connection, job));
  if (options.flag("json")) {
    const documents = seen.map(toJobJson);
    printJson(io, documents.length === 1 ? documents[0] : documents);
  } else {
    printResult(io, seen.map((each) => toJobText(each, io.t)).join("\n\n"));
  }
  return exitCode.ok;
};
