import { createClient, createRateLimiter, WaitTimeoutError } from "@qizhi/core";
import { excerpt, visibleText } from "@qizhi/core/internal";
import { openJournal } from "@qizhi/core/journal";
import { startLocalPlatform } from "@qizhi/core/local";
import { dirname, join } from "node:path";
import type { Options } from "../context/options.ts";
import { keepWords } from "../errors/cli-error.ts";
import { en, type Messages } from "../messages/en.ts";
import type { Connection } from "../terminal/connection.ts";
import { type Io, printNote } from "../terminal/io.ts";
import { clientOptions } from "./client-options.ts";

/** Starts a platform for one command and says so. Its jobs, journal and logs go with the connection. */
export async function openLocalPlatform(options: Options, io: Io): Promise<Connection> {
  // Nobody could add GPUs while the job waits.
  const platform = await startLocalPlatform({ oversized: "refuse" });
  const { url: baseUrl, credentials } = platform;
  printNote(io, io.t.localPlatform(baseUrl));
  // In the platform's own folder, which goes with it however it ends.
  const dir = join(platform.logFile("job"), "../../../journal");
  // Nobody else asks this platform, and it refuses no rate.
  const limiter = createRateLimiter({ perSecond: options.integer("rate", 1) ?? 50, burst: 10 });
  const client = createClient({
    ...clientOptions(options, io, baseUrl, limiter),
    platformName: "local",
    credentials,
  });
  return {
    client,
    journal: openJournal({ dir }),
    keepsJobs: false,
    toLimitError,
    logFolder: (jobId) => dirname(platform.logFile(jobId)),
    dispose: platform.dispose,
  };
}

/** A wait reached its limit, and the job ends with its platform. */
function toLimitError(reached: WaitTimeoutError): WaitTimeoutError {
  const { jobId, limit, limitMs, status } = reached;
  const words = (t: Messages) => {
    const seen = status === undefined ? t.phases.unknown : excerpt(status, 60);
    return t.localTimeout[limit](visibleText(jobId), t.duration(limitMs), seen);
  };
  const summary = words(en);
  const error = new WaitTimeoutError({ jobId, limit, limitMs, status });
  return keepWords(Object.assign(error, { summary, hint: undefined, message: summary }), words);
}
