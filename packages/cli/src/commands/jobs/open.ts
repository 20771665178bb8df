import { spawn } from "node:child_process";
import { once } from "node:events";
import { jobUrl, visibleText } from "@qizhi/core/internal";
import { findAccess } from "../../access/access.ts";
import type { Run } from "../../context/command.ts";
import { exitCode } from "../../errors/exit-code.ts";
import { findKnown, openHistory } from "../../history/history.ts";
import { selectJob } from "../../history/selection.ts";
import { type Io, printNote, printResult } from "../../terminal/io.ts";

/** `qizhi open`: opens a job's page in the browser; its link is printed, too, for where there is none. */
export const open: Run = async ({ args, options, io }) => {
  const client = findAccess(options, io);
  const jobId = selectJob(args[0] ?? "@last", { client }, io);
  const known = findKnown({ client, journal: openHistory(io) }, [jobId]).get(jobId);
  const url = jobUrl(client.baseUrl, jobId, known?.workspaceId);
  printResult(io, visibleText(url));
  const [program, ...words] = findBrowser(io) ?? [];
  if (program === undefined || !(await start(program, [...words, url], io))) {
    printNote(io, io.t.noBrowser);
  }
  return exitCode.ok;
};

function findBrowser({ env }: Io): readonly string[] | undefined {
  if (env["BROWSER"]) return [env["BROWSER"]];
  if (process.platform === "darwin") return ["open"];
  if (process.platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler"];
  return env["DISPLAY"] || env["WAYLAND_DISPLAY"] ? ["xdg-open"] : undefined;
}

/** Starts a program that outlives this one. @returns whether it could be started. */
async function start(program: string, args: readonly string[], { env }: Io): Promise<boolean> {
  const child = spawn(program, [...args], { env, detached: true, stdio: "ignore" });
  child.unref();
  return once(child, "spawn").then(
    () => true,
    () => false,
  );
}
