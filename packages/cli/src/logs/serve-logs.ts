import { visibleText } from "@qizhi/core";
import { openFolder, readLogs } from "@qizhi/core/internal";
import type { LocalPlatform } from "@qizhi/core/local";
import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Io } from "../terminal/io.ts";
import { printLines } from "../terminal/io.ts";
import { createLogPrinter } from "./print-logs.ts";

const pollMs = 500;

/** Prints on stderr what the jobs of a local platform print from now on, until the signal aborts. */
export function showLocalLogs(local: LocalPlatform, signal: AbortSignal, io: Io): void {
  const all = dirname(dirname(local.logFile("job")));
  // A folder comes with the first run of a job.
  const known = new Set(listNames(all));
  const timer = setInterval(() => {
    for (const jobId of listNames(all)) {
      if (known.has(jobId)) continue;
      known.add(jobId);
      // A log that cannot be read leaves the platform as it is.
      show(local, { jobId, signal, io }).catch(() => {});
    }
  }, pollMs);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

async function show(
  local: LocalPlatform,
  { jobId, signal, io }: { jobId: string; signal: AbortSignal; io: Io },
): Promise<void> {
  // Rejects at any other end.
  const until = local.waitForStatus(jobId, "job_succeeded").catch(() => {});
  const folder = dirname(local.logFile(jobId));
  const prefix = `${visibleText(basename(folder).slice(0, 12))} `;
  const write = (text: string) => printLines(io, text.trimEnd());
  const print = createLogPrinter({ hasNames: true, prefix, stream: io.stderr, write }, io);
  for await (const chunk of readLogs(openFolder(folder), { until, signal, pollMs })) print(chunk);
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
