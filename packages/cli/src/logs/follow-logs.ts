import { once } from "node:events";
import { isQizhiError } from "@qizhi/core";
import { readLogs, visibleText } from "@qizhi/core/internal";
import type { Options } from "../context/options.ts";
import { sayError } from "../errors/cli-error.ts";
import { type Connection, toCommand } from "../terminal/connection.ts";
import { type Io, printNote } from "../terminal/io.ts";
import { createLogOpener, findFolder } from "./open-logs.ts";
import { createNotePrinter } from "./print-logs.ts";

/** What is printed of a job's logs while it is waited for. */
export type LogFollower = ReturnType<typeof followLogs>;

/** Prints on stderr what the nodes of a job print while it runs; where that cannot be seen, how it can. */
export function followLogs(
  connection: Connection,
  jobId: string,
  { options, io }: { options: Options; io: Io },
) {
  const left = new AbortController();
  const opener = createLogOpener(options, io);
  let finish = () => {};
  const until = new Promise<void>((resolve) => (finish = resolve));
  const run = async () => {
    const folder = await findFolder(connection, jobId, undefined);
    if (folder === undefined) return printNote(io, io.t.logs.none(visibleText(jobId)));
    const source = await opener.open(folder);
    if (source === undefined) {
      printNote(io, io.t.logs.elsewhere(visibleText(folder)));
      return printNote(io, io.t.logs.seeLogs(toCommand(connection, "logs", visibleText(jobId))));
    }
    const print = createNotePrinter(io);
    const pollMs = connection.keepsJobs ? 1000 : 200;
    const how = { until, signal: left.signal, allRounds: true, pollMs };
    for await (const chunk of readLogs(source, how)) {
      if (left.signal.aborted) return;
      print(chunk);
    }
  };
  const done = run()
    .catch((error: unknown) => {
      if (left.signal.aborted) return;
      const why = isQizhiError(error) ? sayError(error, io.t).summary : visibleText(String(error));
      printNote(io, io.t.logs.unreadable(why));
    })
    .finally(opener.close);
  return {
    /** Prints what is left, once the job has ended, or until the signal aborts. */
    async end(signal: AbortSignal): Promise<void> {
      finish();
      await Promise.race([done, once(signal, "abort")]);
    },
    /** Prints nothing more. */
    leave(): void {
      left.abort();
      opener.close();
    },
  };
}
