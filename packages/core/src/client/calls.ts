import type { Clock } from "../async/clock.ts";
import { createOptionKinds, submitJob } from "./submission.ts";
import { checkOptions, inputError } from "../errors/input-errors.ts";
import { createEndableGenerator } from "../async/endable-generator.ts";
import { toListener } from "../async/callback.ts";
import { callOptionKinds, type Client, stopJobsOptionKinds, stopOptionKinds } from "./client.ts";
import { makeCall } from "../calls/call.ts";
import type { CallContext, CallSettings, TokenSource } from "../calls/call-context.ts";
import { checkJobId, type IdentifiedJob, withId } from "../jobs/job-id.ts";
import { type Operation, operations } from "../calls/operations.ts";

import { sayIssues, validate } from "../calls/standard-schema.ts";
import { JobStopper, type StopContext } from "./job-stopper.ts";
import { notFoundGraceMs } from "../watcher/rules.ts";
import { type LastSeen, waitOptionKinds, type WatcherContext } from "../watcher/updates.ts";
import { JobWatcher, watchJob, watchJobs } from "../watcher/watch-jobs.ts";

/** What a client is made of. */
export interface ClientParts extends CallContext {
  readonly tokens: TokenSource;
  readonly platformName: string;
  readonly onJob: (job: IdentifiedJob) => void;
}

/** Creates a client. Nothing is sent yet. */
export function openCalls(parts: ClientParts): Client {
  const { baseUrl, platformName, limiter, clock, callTimeoutMs, platformClock, onJob } = parts;
  const created = new RecentJobs(clock);
  const seen = new SeenJobs();

  async function getJob(jobId: string, settings?: CallSettings): Promise<IdentifiedJob> {
    const answer = await makeCall(
      parts,
      operations.detail,
      { job_id: checkJobId(jobId) },
      settings,
    );
    const job = withId(answer, jobId);
    seen.note(job);
    onJob(job);
    return job;
  }

  const isNew = (jobId: string) => created.has(jobId);
  const lastSeen = (jobId: string) => seen.get(jobId);
  const platformNow = () => platformClock.now();

  return {
    baseUrl,
    platformName,
    limiter,
    clock,
    callTimeoutMs,
    async getJob(jobId, settings = {}) {
      checkOptions("getJob", settings, callOptionKinds);
      return getJob(jobId, settings);
    },
    async createJob(spec, settings = {}) {
      checkOptions("createJob", settings, createOptionKinds);
      const job = await submitJob(parts, spec, settings);
      created.add(job.job_id);
      onJob(job);
      return job;
    },
    ...toStops({ ...parts, getJob, isNew }),
    ...toWatches({ ...parts, platformNow, getJob, isNew, lastSeen }),
    platformNow,
    async authenticate(settings = {}) {
      checkOptions("authenticate", settings, callOptionKinds);
      const { signal, timeoutMs = callTimeoutMs } = settings;
      await parts.tokens.get({ signal, timeoutMs });
    },
    async call(operation, request, settings = {}) {
      checkOptions("call", settings, callOptionKinds);
      return makeCall(parts, operation, await checkRequest(operation, request), settings);
    },
  };
}

function toStops(context: StopContext): Pick<Client, "stopJob" | "stopJobs"> {
  return {
    async stopJob(jobId, settings = {}) {
      checkOptions("stopJob", settings, stopOptionKinds);
      return new JobStopper(context, checkJobId(jobId), settings).run();
    },
    async stopJobs(jobIds, settings = {}) {
      checkOptions("stopJobs", settings, stopJobsOptionKinds);
      const { onSettled, ...options } = settings;
      const settled = toListener(onSettled);
      const stops = [...new Set(Array.from(jobIds, checkJobId))].map(async (jobId) => {
        const stop = await new JobStopper(context, jobId, options).settle();
        settled(stop);
        return stop;
      });
      return Promise.all(stops);
    },
  };
}

type Watches = Pick<Client, "watchJob" | "watchJobs" | "openWatcher" | "waitForJob">;

function toWatches(context: WatcherContext): Watches {
  const watch: Client["watchJob"] = (jobId, settings = {}) => {
    checkOptions("watchJob", settings, waitOptionKinds);
    const id = checkJobId(jobId);
    return createEndableGenerator(
      (signal) => watchJob(context, id, { ...settings, signal }),
      settings.signal,
    );
  };
  return {
    watchJob: watch,
    watchJobs(jobIds, settings = {}) {
      checkOptions("watchJobs", settings, waitOptionKinds);
      const ids = [...new Set(Array.from(jobIds, checkJobId))];
      return createEndableGenerator(
        (signal) => watchJobs(context, ids, { ...settings, signal }),
        settings.signal,
      );
    },
    openWatcher(settings = {}) {
      checkOptions("openWatcher", settings, waitOptionKinds);
      return new JobWatcher(context, settings);
    },
    async waitForJob(jobId, options = {}) {
      checkOptions("waitForJob", options, { ...waitOptionKinds, onUpdate: "any" });
      const { onUpdate, ...settings } = options;
      const updates = watch(jobId, settings);
      const report = toListener(onUpdate);
      for (;;) {
        const next = await updates.next();
        if (next.done) return next.value;
        report(next.value);
      }
    },
  };
}

async function checkRequest<Request>(
  { name, request: schema }: Operation<Request, unknown>,
  request: Request,
): Promise<unknown> {
  const parsed = await validate(schema, request);
  if (parsed.issues === undefined) return parsed.value;
  throw inputError("request_wrong", { operation: name, issues: sayIssues(parsed.issues) });
}

const mostSeen = 10_000;

/** How jobs were last seen, for a wait that begins while the platform does not know one for a moment. */
class SeenJobs {
  readonly #jobs = new Map<string, LastSeen>();

  note({ job_id: jobId, status }: IdentifiedJob): void {
    this.#jobs.delete(jobId);
    this.#jobs.set(jobId, { status, atMs: Date.now() });
    const [oldest] = this.#jobs.keys();
    if (this.#jobs.size > mostSeen && oldest !== undefined) this.#jobs.delete(oldest);
  }

  get(jobId: string): LastSeen | undefined {
    return this.#jobs.get(jobId);
  }
}

/** The jobs that were created a moment ago, which the platform may not know yet. */
class RecentJobs {
  readonly #clock: Clock;
  readonly #createdAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(jobId: string): void {
    for (const id of this.#createdAt.keys()) if (!this.has(id)) this.#createdAt.delete(id);
    this.#createdAt.set(jobId, this.#clock.now());
  }

  has(jobId: string): boolean {
    return this.#clock.now() - (this.#createdAt.get(jobId) ?? -Infinity) < notFoundGraceMs;
  }
}
