import { unwrapCommand } from "./wrapper.ts";

/** The folder of one run of a job in a `log_dir`. */
export function toLogFolder(logDir: string, runId: string): string {
  return `${logDir.replace(/\/+$/, "")}/${runId}`;
}

/** The folder of a job's logs, by its command or by what was submitted; `undefined` if it keeps none. */
export function findLogFolder(
  job: { readonly command?: string | null | undefined } | undefined,
  sent?: { readonly id: string; readonly spec: Readonly<Record<string, unknown>> } | undefined,
): string | undefined {
  const logDir = sent?.spec["log_dir"];
  if (sent !== undefined && typeof logDir === "string") return toLogFolder(logDir, sent.id);
  return unwrapCommand(job?.command ?? "")?.dir;
}
