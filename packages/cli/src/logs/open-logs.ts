import { isQizhiError, type Job, type KnownError } from "@qizhi/core";
import {
  excerpt,
  findLocalLogFolder,
  findLogFolder,
  jobUrl,
  type LogSource,
  openFolder,
  openSshHost,
  type SshHost,
  trustId,
  visibleText,
} from "@qizhi/core/internal";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Options } from "../context/options.ts";
import { inputError } from "../errors/cli-error.ts";
import { findDefaults } from "../spec/read-spec.ts";
import { type Connection, toCommand } from "../terminal/connection.ts";
import type { Io } from "../terminal/io.ts";
import { findKnownOrNone } from "../history/history.ts";
import { shortIds } from "../view/jobs-table.ts";

/** The logs of a job, open for reading. */
export interface JobLogs {
  readonly jobId: string;
  /** What lines of several jobs call it; none for a job alone. */
  readonly name?: string | undefined;
  readonly source: LogSource;
  /** Whether the job is known to have several nodes. */
  readonly isSeveral: boolean;
}

/** The folder of a job's logs: by the history, by the command of the job itself, or where the local platform has it. */
export async function findFolder(
  connection: Connection,
  jobId: string,
  job: Job | undefined,
  known = findKnownOrNone(connection, [jobId]),
): Promise<string | undefined> {
  const { baseUrl } = connection.client;
  const folder = findLogFolder(job, known.get(jobId)?.attempt) ?? connection.logFolder?.(jobId);
  return folder ?? findLocalLogFolder(jobUrl(baseUrl, jobId, job?.workspace_id));
}

export type LogOpener = ReturnType<typeof createLogOpener>;

/**
 * Opens folders of logs: on this machine, or through one ssh to a host that the command line names, or, where this
 * machine does not have the disk, the defaults.
 */
export function createLogOpener(options: Options, io: Io) {
  let ssh: Promise<SshHost> | undefined;
  return {
    /**
     * @returns nothing when there is no way to the folder.
     * @throws {InputError} the other machine does not have its disk either, or cannot be asked.
     */
    async open(folder: string): Promise<LogSource | undefined> {
      const isHere = existsSync(folder) || existsSync(dirname(folder));
      const named = options.text("via");
      const via = named ?? (isHere ? undefined : (await findDefaults(io)).settings.logVia);
      if (via === undefined) return isReadable(folder) ? openFolder(folder) : undefined;
      ssh ??= openSshHost(via, { ...process.env, ...io.env });
      const host = await ssh;
      // The job makes the folders that are missing. Any machine may have the first of a path, such as /home.
      const places = withParents(folder).filter((each, at) => at < 3 || each.lastIndexOf("/") > 0);
      const found = await Promise.all(places.map((each) => host.has(each)));
      if (found.includes(true)) return host.openFolder(folder);
      const shown = [visibleText(via), visibleText(folder)] as const;
      throw inputError(["logs.notOnHost", ...shown], "logs.otherHost");
    },
    close(): void {
      void ssh?.then((host) => host.close());
    },
  };
}

/** The logs of several jobs: those that are open, and why the others are not. */
export interface JobsLogs {
  readonly jobs: readonly JobLogs[];
  readonly failed: readonly { readonly jobId: string; readonly error: KnownError }[];
}

/** Opens the logs of several jobs, and gives each a name. @throws {QizhiError} those of none can be opened. */
export async function openLogsOfJobs(
  connection: Connection,
  jobIds: readonly string[],
  opener: LogOpener,
): Promise<JobsLogs> {
  const known = findKnownOrNone(connection, jobIds);
  const nameOf = (jobId: string) => known.get(jobId)?.attempt?.name;
  const names = toJobNames(jobIds.map((jobId) => ({ jobId, name: nameOf(jobId) })));
  const failed: { jobId: string; error: KnownError }[] = [];
  const opened = await Promise.all(
    jobIds.map(async (jobId, at): Promise<JobLogs[]> => {
      try {
        return [{ ...(await openLogs(connection, jobId, opener, known)), name: names[at] }];
      } catch (error) {
        if (!isQizhiError(error)) throw error;
        failed.push({ jobId, error });
        return [];
      }
    }),
  );
  const [first] = failed;
  const jobs = opened.flat();
  if (jobs.length === 0 && first !== undefined) throw first.error;
  return { jobs, failed };
}

/** What the lines of several jobs begin with: each job's name, and its id where that is no other job's name. */
function toJobNames(
  jobs: readonly { readonly jobId: string; readonly name: string | undefined }[],
): string[] {
  const short = shortIds(jobs.map(({ jobId }) => jobId));
  return jobs.map(({ jobId, name }, at) => {
    const id = visibleText(short.get(jobId) ?? jobId);
    if (name === undefined) return id;
    const isOther = jobs.some((other, index) => index !== at && other.name === name);
    return isOther ? `${excerpt(name, 40)} ${id}` : excerpt(name, 40);
  });
}

/**
 * Opens the logs of a job.
 * @param known those of the history: the platform is not asked for jobs whose folder that tells, and may have gone.
 * @throws {InputError} it keeps none, or they are on a disk that this machine does not have.
 */
export async function openLogs(
  connection: Connection,
  jobId: string,
  opener: LogOpener,
  known = findKnownOrNone(connection, [jobId]),
): Promise<JobLogs> {
  const attempt = known.get(jobId)?.attempt;
  const sent = findLogFolder(undefined, attempt);
  const job = sent === undefined ? await getJob(connection, jobId) : undefined;
  const folder = sent ?? (await findFolder(connection, jobId, job, known));
  const shown = visibleText(jobId);
  const { workspace_id: workspaceId, ...shape } = Object(job ?? attempt?.spec);
  const url = visibleText(jobUrl(connection.client.baseUrl, jobId, workspaceId));
  if (folder === undefined) throw inputError(["logs.none", shown], ["logs.noneHint", url]);
  const nodes = shape.node_count ?? shape.framework_config?.[0]?.instance_count;
  const isSeveral = Number(nodes) > 1;
  const source = await opener.open(folder);
  if (source !== undefined) return { jobId, source, isSeveral };
  const command = toCommand(connection, "logs", shown);
  const hint = ["logs.elsewhereHint", command, visibleText(folder), url] as const;
  throw inputError(["logs.elsewhere", visibleText(folder)], hint);
}

async function getJob(connection: Connection, jobId: string): Promise<Job> {
  try {
    return await connection.client.getJob(jobId);
  } catch (error) {
    throw findKnownOrNone(connection, [jobId]).has(jobId) ? trustId(error) : error;
  }
}

/** Whether this machine has the disk of a folder, which may itself come later. */
function isReadable(folder: string): boolean {
  return withParents(folder)
    .slice(0, 3)
    .some((each) => existsSync(each));
}

/** A folder and those above it but the root. */
function withParents(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [] : [folder, ...withParents(above)];
}
