import type { Clock } from "../async/clock.ts";
import { createOptionKinds, submitJob } from "./submission.ts";
import { checkOptions, inputError } from "../errors/input-errors.ts";
import { createEndableGenerator } from "../async/endable-generator.ts";
import { toListener } from "../async/callback.ts";
import { callOptionKinds, type Client, stopJobsOptionKinds, stopOptionKinds } from "./client.ts";
import { makeCall } from "../calls/call.ts";
import type { CallContext, CallSettings, TokenSource } from "../calls/call-context.ts";
import { checkJobId, type IdentifiedJob, withId } from "../jobs/job-id.ts";
import { type Operation, operations, sayIssues, validate } from "../calls/operations.ts";
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
  const known = new KnownJobs(clock);
  const { isNew, lastSeen } = known;

  async function getJob(jobId: string, settings?: CallSettings): Promise<IdentifiedJob> {
    const answer = await makeCall(
      parts,
      operations.detail,
      { job_id: checkJobId(jobId) },
      settings,
    );
    const job = withId(answer, jobId);
    known.noteSeen(job);
    onJob(job);
    return job;
  }

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
      known.noteCreated(job.job_id);
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

/** What a client knows of jobs that the platform may not know for a moment. */
class KnownJobs {
  readonly #clock: Clock;
  readonly #seen = new Map<string, LastSeen>();
  readonly #createdAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  noteSeen({ job_id: jobId, status }: IdentifiedJob): void {
    this.#seen.delete(jobId);
    this.#seen.set(jobId, { status, atMs: Date.now() });
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > mostSeen && oldest !== undefined) this.#seen.delete(oldest);
  }

  noteCreated(jobId: string): void {
    for (const id of this.#createdAt.keys()) if (!this.isNew(id)) this.#createdAt.delete(id);
    this.#createdAt.set(jobId, this.#clock.now());
  }

  readonly lastSeen = (jobId: string) => this.#seen.get(jobId);

  readonly isNew = (jobId: string) =>
    this.#clock.now() - (this.#createdAt.get(jobId) ?? -Infinity) < notFoundGraceMs;
}
