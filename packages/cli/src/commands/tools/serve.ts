import { visibleText } from "@qizhi/core";
import { dirname } from "node:path";
import { sayError } from "../../errors/cli-error.ts";
import type { Run } from "../../context/command.ts";
import { showLocalLogs } from "../../logs/serve-logs.ts";
import { untilInterrupted } from "../../terminal/interrupt.ts";
import { printJson, printNote, printResult } from "../../terminal/io.ts";

/** `qizhi serve`: a local platform until Ctrl-C; stdout holds the lines that point a shell at it. */
export const serve: Run = async ({ options, io }) => {
  const { readWireSettings, startLocalPlatform } = await import("@qizhi/core/local");
  const stateDir = options.text("stateDir");
  const local = await startLocalPlatform({
    port: options.integer("port", 0) ?? 0,
    gpus: options.integer("gpus", 1) ?? 16,
    ...readWireSettings(options.list("wire")),
    ...(stateDir !== undefined && { stateDir }),
    onTrouble: (trouble) => {
      const { summary, hint = "" } = sayError(trouble, io.t);
      printNote(io, `${summary}\n  ${hint}`);
    },
  });
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
  try {
    return await untilInterrupted(
      io,
      (signal) =>
        new Promise((_, reject) => {
          if (!options.flag("json")) showLocalLogs(local, signal, io);
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        }),
      () => io.t.serveEnded,
    );
  } finally {
    await local.dispose();
  }
};
