import { basename, dirname } from "node:path";
import { sayError } from "../../errors/cli-error.ts";
import type { Run } from "../../context/command.ts";
import { untilInterrupted } from "../../terminal/signals.ts";
import { type Io, printJson, printNote, printResult } from "../../terminal/io.ts";
import { openFolder, readLogs, untilAborted, visibleText } from "@qizhi/core/internal";
import type { LocalPlatform } from "@qizhi/core/local";
import { readdirSync } from "node:fs";
import { createNotePrinter, type LogPrinter } from "../../logs/print-logs.ts";

/** `qizhi serve`: a local platform until Ctrl-C; stdout holds the lines that point a shell at it. */
export const serve: Run = async ({ options, io }) => {
  const { readWireSettings, startLocalPlatform } = await import("@qizhi/core/local");
  const stateDir = options.text("stateDir");
  const local = await startLocalPlatform({
    port: options.integer("port", 0) ?? 0,
    gpus: options.integer("gpus", 1) ?? 16,
    oversized: "refuse",
    // Nobody reads them, and days of polls are many.
    keptRequests: 0,
    ...readWireSettings(options.list("wire")),
    ...(stateDir !== undefined && { stateDir }),
    onTrouble: (trouble) => {
      const { summary, hint = "" } = sayError(trouble, io.t);
      printNote(io, `${summary}\n  ${hint}`);
    },
  });
  try {
    const { username, password } = local.credentials;
    if (options.flag("json")) {
      printJson(io, { url: local.url, username, password });
    } else {
      printNote(io, io.t.serveNote);
      printResult(io, `export QIZHI_BASE_URL=${local.url}`);
      printResult(io, `export QIZHI_USERNAME=${username}`);
      printResult(io, `export QIZHI_PASSWORD=${password}`);
      const logs = dirname(dirname(local.logFile("job")));
      printNote(io, io.t.serveLogs(visibleText(logs)));
      printNote(io, io.t.serveEnd);
    }
    return await untilInterrupted(
      io,
      (signal) => {
        if (!options.flag("json")) showLocalLogs(local, signal, io);
        return untilAborted(new Promise<never>(() => {}), signal);
      },
      () => io.t.serveEnded,
    );
  } finally {
    await local.dispose();
  }
};

const pollMs = 500;

/** Prints on stderr what the jobs of a local platform print from now on, until the signal aborts. */
function showLocalLogs(local: LocalPlatform, signal: AbortSignal, io: Io): void {
  const all = dirname(dirname(local.logFile("job")));
  // A folder comes with the first run of a job.
  const known = new Set(listNames(all));
  const print = createNotePrinter(io);
  const timer = setInterval(() => {
    for (const jobId of listNames(all)) {
      if (known.has(jobId)) continue;
      known.add(jobId);
      // A log that cannot be read leaves the platform as it is.
      show(local, { jobId, signal, print }).catch(() => {});
    }
  }, pollMs);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

async function show(
  local: LocalPlatform,
  { jobId, signal, print }: { jobId: string; signal: AbortSignal; print: LogPrinter },
): Promise<void> {
  // Rejects at any other end.
  const until = local.waitForStatus(jobId, "job_succeeded").catch(() => {});
  const folder = dirname(local.logFile(jobId));
  const name = visibleText(basename(folder).slice(0, 12));
  const how = { until, signal, pollMs };
  for await (const chunk of readLogs(openFolder(folder), how)) print(chunk, name);
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
