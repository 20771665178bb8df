import { type Job, visibleText } from "@qizhi/core";
import {
  findLocalLogFolder,
  findLogFolder,
  jobUrl,
  type LogSource,
  openFolder,
  openSshFolder,
  toPlatformKey,
} from "@qizhi/core/internal";
import type { Attempt } from "@qizhi/core/journal";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Options } from "../context/options.ts";
import { inputError } from "../errors/cli-error.ts";
import { findDefaults } from "../spec/read-spec.ts";
import type { Connection } from "../terminal/connection.ts";
import type { Io } from "../terminal/io.ts";

/** The logs of a job, open for reading. */
export interface JobLogs {
  readonly source: LogSource;
  /** Whether the job has several nodes, as far as that is known. */
  readonly isSeveral: boolean;
}

/**
 * Finds the folder of a job's logs: by the history, by the command of the job itself, or where the local
 * platform has it.
 */
export async function findFolder(
  connection: Connection,
  jobId: string,
  job: Job | undefined,
  sent = findAttempts(connection, [jobId]),
): Promise<string | undefined> {
  const { baseUrl } = connection.client;
  const known = findLogFolder(job, sent.get(jobId)) ?? connection.logFolder?.(jobId);
  return known ?? findLocalLogFolder(jobUrl(baseUrl, jobId, job?.workspace_id));
}

/**
 * Opens a folder of logs: on this machine, or through ssh to a host that the command line names, or, where this
 * machine does not have the disk, the defaults.
 * @returns nothing when there is no way to it.
 */
export async function openSource(
  folder: string,
  options: Options,
  io: Io,
): Promise<LogSource | undefined> {
  const isHere = isReadable(folder);
  const named = options.text("via");
  const via = named ?? (isHere ? undefined : (await findDefaults(io)).settings.logVia);
  if (via !== undefined) return openSshFolder(via, folder, { ...process.env, ...io.env });
  return isHere ? openFolder(folder) : undefined;
}

/** What was submitted from here, by the jobs that came of it. */
export function findAttempts(
  connection: Connection,
  jobIds: readonly string[],
): ReadonlyMap<string, Attempt> {
  const platform = toPlatformKey(connection.client.baseUrl);
  const attempts = new Map<string, Attempt>();
  try {
    for (const { jobId, attempt, ...job } of connection.journal.read(jobIds).jobs) {
      if (job.platform === platform && attempt !== undefined) attempts.set(jobId, attempt);
    }
  } catch {
    // The job's own command names the folder too.
  }
  return attempts;
}

/**
 * Opens the logs of a job, on this machine or through ssh.
 * @throws {InputError} it keeps none, or they are on a disk that this machine does not have.
 */
export async function openLogs(
  connection: Connection,
  jobId: string,
  { options, io }: { options: Options; io: Io },
): Promise<JobLogs> {
  const job = await connection.client.getJob(jobId);
  const folder = await findFolder(connection, jobId, job);
  const shown = visibleText(jobId);
  const url = visibleText(jobUrl(connection.client.baseUrl, jobId, job.workspace_id));
  if (folder === undefined) throw inputError(["logs.none", shown], ["logs.noneHint", url]);
  const isSeveral = Number(job.node_count ?? job.framework_config?.[0]?.instance_count) > 1;
  const source = await openSource(folder, options, io);
  if (source !== undefined) return { source, isSeveral };
  const hint = ["logs.elsewhereHint", shown, visibleText(folder), url] as const;
  throw inputError(["logs.elsewhere", visibleText(folder)], hint);
}

/** Whether this machine has the disk of a folder, which may itself come later. */
export function isReadable(folder: string): boolean {
  return [folder, dirname(folder), dirname(dirname(folder))].some((each) => {
    return each !== "/" && existsSync(each);
  });
}
