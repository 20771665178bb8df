import { statSync } from "node:fs";
import { createRateLimiter } from "../calls/limiter.ts";
import type { ClientOptions } from "../client/create-client.ts";
import { inputError } from "../errors/input-errors.ts";
import { checkShape } from "./faults/check-shape.ts";
import { type Fault, FaultPlan, FaultsSchema } from "./faults/faults.ts";
import { hasEnded, type JobRecord, type JobRequest, neededGpus } from "./jobs/job-record.ts";
import { JobsTable } from "./jobs/jobs-table.ts";
import { type LocalPlatformOptions, type PlatformSettings, readOptions } from "./jobs/options.ts";
import { Lifecycle } from "./run/lifecycle.ts";
import { openPort } from "./run/ports.ts";
import { Strays } from "./run/strays.ts";
import { addExitHook, startWatchdog } from "./run/watchdog.ts";
import { openState } from "./state/state.ts";
import type { RecordedRequest } from "./api/deliver.ts";
import { seedJobs } from "./api/seeds.ts";
import { createPlatformServer } from "./api/server.ts";
import { TokenDesk } from "./api/tokens.ts";

/** A platform on this machine. Dispose of it, or its processes live as long as this one. */
export interface LocalPlatform extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, and the path of `wire.basePath`. */
  readonly url: string;
  /** The one account that it knows. */
  readonly credentials: { username: string; password: string };
  /** All that a client of it needs, and no rate: `createClient(platform.clientOptions)`. */
  readonly clientOptions: Pick<ClientOptions, "baseUrl" | "credentials" | "limiter">;
  /** Every request so far, in the order of coming. */
  readonly requests: readonly RecordedRequest[];
  /** Every access token issued since the start. */
  readonly issuedTokens: readonly string[];
  /** The jobs as the platform sees them, in the order of creation. */
  jobs(): LocalJobView[];
  /** Path of a node's output (stdout and stderr, all rounds), which may not be there yet. @default node 0 */
  logFile(jobId: string, node?: number): string;
  /** Resolves at the next change of a job or a request; rejects when the platform ends. */
  changed(): Promise<void>;
  /**
   * Resolves once a job has one of the statuses; rejects when it ends in another, is unknown, or the
   * platform ends.
   */
  waitForStatus(jobId: string, ...statuses: readonly string[]): Promise<LocalJobView>;
  /** Replaces the faults; `calls` counts from here. @throws InputError when one is wrong. */
  setFaults(faults: readonly Fault[]): void;
  /**
   * Closes the port and destroys its connections; resolves when that is done. It opens again after
   * `ms`, or at {@link LocalPlatform.restore}. Jobs go on.
   */
  outage(ms?: number): Promise<void>;
  /** Opens the port again. */
  restore(): Promise<void>;
  /** Kills what runs, closes the port, and removes the temporary state. */
  dispose(): Promise<void>;
}

/**
 * Starts a platform on 127.0.0.1 that speaks the four calls as the real one does and
 * runs jobs as processes of this machine. Needs `sh` and process groups: Linux or macOS.
 * @throws InputError when an option is wrong, the port or the state folder is taken, or the work folder is none.
 */
export async function startLocalPlatform(
  options: LocalPlatformOptions = {},
): Promise<LocalPlatform> {
  const settings = readOptions(options);
  if (options.workDir !== undefined) checkFolder(options.workDir);
  const parts = openParts(settings);
  const { changes, credentials, lifecycle, table } = parts;
  const port = await openPort(createPlatformServer(parts), settings.port).catch(
    async (error: unknown) => {
      await parts.close();
      throw error;
    },
  );
  lifecycle.adopt();
  let disposal: Promise<void> | undefined;
  const dispose = () => (disposal ??= port.close().then(parts.close));
  const url = port.url + settings.wire.basePath;
  return {
    url,
    credentials,
    clientOptions: {
      baseUrl: url,
      credentials,
      limiter: createRateLimiter({ perSecond: 1_000, burst: 1_000 }),
    },
    requests: parts.requests,
    issuedTokens: parts.tokens.issued,
    jobs() {
      const jobs = table.all();
      const reasons = lifecycle.explainAll(jobs);
      return jobs.map((job, index) => toView(job, reasons[index] ?? ""));
    },
    logFile: (jobId, node = 0) => parts.logFile(jobId, node),
    changed: () => changes.next(),
    async waitForStatus(jobId, ...statuses) {
      // A copy in the moment of the change: the job may go on before the caller reads it.
      return changes.until(() => {
        const job = checkStatus(table.get(jobId), jobId, statuses);
        return job && toView(job, lifecycle.explain(job));
      });
    },
    setFaults: (faults) => parts.faults.set(checkShape("setFaults", FaultsSchema, faults)),
    outage: port.shut,
    restore: port.reopen,
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

/**
 * The platform without its port: the jobs, the parts that run them, and their state.
 * Opens the state folder and gets ready to run jobs; none moves before `lifecycle.adopt()`.
 * @throws InputError when the state folder is taken.
 */
function openParts(settings: PlatformSettings) {
  const state = openState(settings.stateDir, settings.onTrouble);
  const { id, secret, password } = state.identity;
  const { logFile } = state;
  const credentials = settings.credentials ?? { username: "local", password };
  const table = new JobsTable(settings, state.save);
  for (const job of state.jobs) table.restore(job);
  seedJobs(table, settings);

  const strays = new Strays(id);
  // What an earlier start on this folder left behind, if it and its watchdog were killed.
  if (!state.temporaryDir) strays.endEarlier();
  const watchdog = startWatchdog(strays.marker, state.temporaryDir, strays.groupFolder);
  const lifecycle = new Lifecycle(table, { ...settings, watchdog, strays, logFile });
  const removeExitHook = addExitHook(() => {
    lifecycle.killNow();
    strays.endAll();
    state.close();
  });
  return {
    settings,
    credentials,
    tokens: new TokenDesk(secret, credentials.username, settings),
    table,
    lifecycle,
    faults: new FaultPlan(settings.faults),
    requests: [],
    logFile,
    changes: table.changes,
    /** Ends all that runs, and gives the state up. */
    async close() {
      table.changes.close(new Error("The local platform has ended."));
      await lifecycle.close();
      await strays.close();
      await watchdog.quit();
      state.close();
      removeExitHook();
    },
  };
}

function checkFolder(workDir: string): void {
  if (statSync(workDir, { throwIfNoEntry: false })?.isDirectory()) return;
  throw inputError("local_work_dir", { folder: workDir });
}

/**
 * The job, if it has one of the statuses; `undefined` while it still may get there.
 * @throws Error when there is no such job, or it has ended in another status.
 */
function checkStatus(
  job: JobRecord | undefined,
  jobId: string,
  statuses: readonly string[],
): JobRecord | undefined {
  if (!job) throw new Error(`The local platform has no job ${jobId}.`);
  if (statuses.includes(job.status)) return job;
  if (!hasEnded(job)) return undefined;
  const reason = job.subMsg && ` (${job.subMsg})`;
  throw new Error(`Job ${jobId} ended as ${job.status}${reason}, not as ${statuses.join(", ")}.`);
}

/** A job as the platform itself sees it. Times are ms epochs. */
export interface LocalJobView {
  jobId: string;
  /** The raw status. */
  status: string;
  /** Why it waits or how it ended. */
  reason: string;
  /** What was submitted. */
  request: Readonly<JobRequest>;
  /** GPUs of all its nodes. */
  gpus: number;
  /** GPUs that it holds now. */
  heldGpus: number;
  /** Which round runs or ran last, from 1. */
  round: number;
  createdAt: number;
  preparedAt: number | undefined;
  runAt: number | undefined;
  finishedAt: number | undefined;
}

/** A copy of a job for the caller. */
function toView(job: JobRecord, reason: string): LocalJobView {
  const { jobId, status, heldGpus, round, createdAt, preparedAt, runAt, finishedAt } = job;
  const request = structuredClone(job.request);
  const times = { createdAt, preparedAt, runAt, finishedAt };
  return { jobId, status, reason, request, gpus: neededGpus(job), heldGpus, round, ...times };
}
