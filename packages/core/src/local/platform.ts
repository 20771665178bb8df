import { statSync } from "node:fs";
import { InputError } from "../errors.ts";
import { addExitHook } from "./exit-hook.ts";
import { createChanges } from "./changes.ts";
import { createFaultPlan } from "./fault-plan.ts";
import type { Fault } from "./faults.ts";
import { createJobsTable } from "./jobs-table.ts";
import { toView, type LocalJobView } from "./job-view.ts";
import { Lifecycle } from "./lifecycle.ts";
import { openDoor } from "./door.ts";
import { toSettings, type LocalPlatformOptions } from "./options.ts";
import type { RecordedRequest } from "./requests.ts";
import { seedJobs } from "./seeds.ts";
import { createPlatformServer } from "./server.ts";
import { openState } from "./state.ts";
import { createSweeper } from "./sweeper.ts";
import { createTokenDesk } from "./tokens.ts";
import { waitForStatus } from "./status-wait.ts";
import { startWatchdog } from "./watchdog.ts";

/** A platform on this machine. Dispose of it, or its processes live as long as this one. */
export interface LocalPlatform extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The one account that it knows. */
  readonly credentials: { username: string; password: string };
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
  /** Replaces the faults; `calls` counts from here. */
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
 * Starts a platform on 127.0.0.1 that speaks the four calls as the real one does (wire-facts 11) and
 * runs jobs as processes of this machine. Needs `sh` and process groups: Linux or macOS.
 * @throws InputError when the port or the state folder is taken, or the work folder is none.
 */
export async function startLocalPlatform(
  options: LocalPlatformOptions = {},
): Promise<LocalPlatform> {
  const settings = toSettings(options);
  checkFolder(settings.workDir);
  const state = openState(options.stateDir);
  const { id, secret, password } = state.identity;
  const credentials = options.credentials ?? { username: "local", password };
  const changes = createChanges();
  const requests: RecordedRequest[] = [];
  const sweeper = createSweeper(id);
  // What an earlier start on this folder left behind, if it and its watchdog were killed.
  if (!state.temporaryDir) sweeper.sweepAll();
  const table = createJobsTable(settings.gpus, (job) => {
    state.save(job);
    changes.notify();
  });
  for (const job of state.jobs) table.restore(job);
  seedJobs(options.jobs ?? [], table, settings);
  const watchdog = startWatchdog(sweeper.marker, state.temporaryDir ?? "");
  const { logFile } = state;
  const { workDir, commands } = settings;
  const place = { workDir, commands, watchdog, platformId: id, sweeper, logFile };
  const lifecycle = new Lifecycle(table, settings, place);
  const tokens = createTokenDesk(secret, credentials.username, settings.tokenTtlMs);
  const faults = createFaultPlan(options.faults ?? []);
  const onRequest = () => changes.notify();
  const parts = { settings, credentials, tokens, table, lifecycle, faults, requests, logFile };
  const removeExitHook = addExitHook(() => {
    lifecycle.killNow();
    sweeper.sweepAll();
    state.close();
  });

  let disposal: Promise<void> | undefined;
  const end = async () => {
    changes.close(new Error("The local platform has ended."));
    await door?.close();
    await lifecycle.close();
    sweeper.sweepAll();
    await watchdog.quit();
    state.close();
    removeExitHook();
  };
  let door: Awaited<ReturnType<typeof openDoor>> | undefined;
  try {
    door = await openDoor(createPlatformServer({ ...parts, onRequest }), options.port ?? 0);
  } catch (error) {
    await end();
    throw error;
  }
  lifecycle.adopt();
  const dispose = () => (disposal ??= end());
  const { url } = door;
  return {
    url,
    credentials,
    requests,
    issuedTokens: tokens.issued,
    jobs: () => table.all().map((job) => toView(job, lifecycle.explainWait(job))),
    logFile: (jobId, node = 0) => logFile(jobId, node),
    changed: changes.next,
    waitForStatus: (jobId, ...statuses) =>
      waitForStatus({ table, lifecycle, changes }, jobId, statuses),
    setFaults: faults.set,
    outage: door.shut,
    restore: door.reopen,
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

function checkFolder(workDir: string): void {
  if (statSync(workDir, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new InputError(
    `The work folder ${workDir} of the local platform is not a folder.`,
    "Give workDir a folder in which the commands can run.",
  );
}
