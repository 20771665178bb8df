import { classifyStatus, excerpt } from "@qizhi/core";
import type { Run } from "../command.ts";
import type { Connection } from "../connect.ts";
import { connect } from "../connect.ts";
import { exitCode } from "../exit-code.ts";
import { printJson, printResult } from "../io.ts";
import type { Messages } from "../messages/en.ts";

/** `qizhi stop`: asks the platform to stop jobs; one that has ended is told and left. */
export const stop: Run = async ({ args, options, io }) => {
  const connection = await connect(options, io);
  const stopped = await Promise.all(args.map((jobId) => stopOne(connection, jobId)));
  if (options.flag("json")) {
    printJson(io, stopped.length === 1 ? stopped[0] : stopped);
  } else {
    printResult(io, stopped.map((each) => toText(each, io.t)).join("\n"));
  }
  return exitCode.ok;
};

interface Stopped {
  job_id: string;
  /** Whether a stop was sent. */
  stop_sent: boolean;
  /** Raw status before the stop. */
  status: string | undefined;
}

async function stopOne({ client }: Connection, jobId: string): Promise<Stopped> {
  const { status } = await client.getJob(jobId);
  const { isTerminal, holdsNodes } = classifyStatus(status);
  const stop_sent = !isTerminal || holdsNodes;
  if (stop_sent) await client.stopJob(jobId);
  return { job_id: jobId, stop_sent, status };
}

function toText({ job_id, stop_sent, status }: Stopped, t: Messages): string {
  const raw = excerpt(status ?? t.noStatus, 60);
  return stop_sent ? t.isStopping(job_id, raw) : t.hasEnded(job_id, raw);
}
