import { createClient, createRateLimiter } from "@qizhi/core";
import { openJournal } from "@qizhi/core/journal";
import { startLocalPlatform } from "@qizhi/core/local";
import { dirname, join } from "node:path";
import type { Options } from "../context/options.ts";
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
    logFolder: (jobId) => dirname(platform.logFile(jobId)),
    dispose: platform.dispose,
  };
}
