import { isTokenText } from "./access-token.ts";
import type { Credentials, TokenStore } from "./auth.ts";
import { createTokenSource } from "./auth.ts";
import { defaultBaseUrl, readBaseUrl } from "./base-url.ts";
import type { Clock } from "./clock.ts";
import { systemClock } from "./clock.ts";
import { SpecError } from "./errors.ts";
import { inputError } from "./errors/input-errors.ts";
import { makeCall } from "./http/call.ts";
import type { CallContext, ClientEvent, Pace, TokenSource } from "./http/call-context.ts";
import type { Send, Transport } from "./http/request.ts";
import { RetryBudget } from "./http/retry.ts";
import { checkJobId, type IdentifiedJob, withId } from "./job-id.ts";
import type { RateLimiter } from "./limiter.ts";
import { createRateLimiter } from "./limiter.ts";
import type { Operation } from "./operations.ts";
import { detailOperation } from "./operations.ts";
import type { JobSpecInput } from "./schemas/job-spec.ts";
import { stopJob } from "./stop.ts";
import type * as z from "zod/mini";
import type { JobUpdate, WaitOptions } from "./wait.ts";
import { watchJob } from "./wait.ts";
import { notFoundGraceMs } from "./wait-rules.ts";
import type { JobsUpdate, WatchJobsOptions } from "./watcher/updates.ts";
import { watchJobs } from "./watcher/watch-jobs.ts";

/** How to make a client. */
export interface ClientOptions {
  /** Address of the platform. @default "https://qz.sii.edu.cn" */
  baseUrl?: string | undefined;
  /** Logs in with these when a token is needed. */
  credentials?: Credentials | undefined;
  /** A token to use as it is; without credentials it cannot be renewed. */
  accessToken?: string | undefined;
  /** Keeps the token outside the process. */
  tokenStore?: TokenStore | undefined;
  /** Lets the password travel over plain http to a host other than this machine. @default false */
  allowHttp?: boolean | undefined;
  /** Deadline of one attempt, headers and body together, in ms. @default 30000 */
  attemptTimeoutMs?: number | undefined;
  /** Deadline of one call with all its retries, in ms. @default 120000 */
  callTimeoutMs?: number | undefined;
  /** Most attempts of one call. @default 5 */
  maxAttempts?: number | undefined;
  /** Another transport than the built-in one, such as `globalThis`. */
  transport?: Transport | undefined;
  /** Told of requests, retries and logins; for logs. */
  onEvent?: ((event: ClientEvent) => void) | undefined;
  /** Told of every token before it is first used, so that a log can mask it. */
  onToken?: ((accessToken: string) => void) | undefined;
  /**
   * Paces every look of a wait, also of one job, and is the one that `watchJobs` uses; several clients may
   * share it. @default one of its own for `watchJobs`, 3 requests a second; single waits are not paced
   */
  limiter?: RateLimiter | undefined;
  /** Another clock; for tests. */
  clock?: Clock | undefined;
}

/** Options of a single call. */
export interface CallOptions {
  /** Ends the call within 100 ms, with the signal's own reason. */
  signal?: AbortSignal | undefined;
  /** Deadline of the call with all its retries, in ms. @default the client's `callTimeoutMs` */
  timeoutMs?: number | undefined;
  /** Takes a turn at the client's limiter, before the deadline begins to count. @default none */
  pace?: Pace | undefined;
}

/** Client of one platform for one account. */
export interface Client {
  /** Address of the platform, without a slash at its end. */
  readonly baseUrl: string;
  /** What paces `watchJobs` and calls that ask for it. */
  readonly limiter: RateLimiter;
  /** The clock of its deadlines and pauses. */
  readonly clock: Clock;
  /** Deadline of one call with all its retries, in ms. */
  readonly callTimeoutMs: number;
  /**
   * Submits a job. The request is sent again only when it is certain that it had no effect.
   * @returns the job with its id; further fields may be absent (wire-facts 5).
   * @throws {SpecError} the spec is wrong; nothing was sent.
   * @throws {SubmissionUnknownError} it was sent and its outcome is not known.
   * @throws {ApiError | AuthError | ConnectionError | ResponseError} it was refused or never arrived.
   */
  createJob(
    spec: JobSpecInput,
    options?: CallOptions & { allowUnknown?: boolean | undefined },
  ): Promise<IdentifiedJob>;
  /** Looks at a job. @throws {ApiError} unknown job: code 100002 (wire-facts 5). */
  getJob(jobId: string, options?: CallOptions): Promise<IdentifiedJob>;
  /** Asks the platform to stop a job; it stops a little later. @throws {ApiError} it has ended. */
  stopJob(jobId: string, options?: CallOptions): Promise<void>;
  /** Yields a job's changes until it ends; see {@link WaitOptions}. The job goes on if you leave. */
  watchJob(jobId: string, options?: WaitOptions): AsyncGenerator<JobUpdate, IdentifiedJob>;
  /**
   * Yields the changes of many jobs until all have ended, over one schedule and one limiter; see
   * {@link WatchJobsOptions}. The jobs go on if you leave.
   */
  watchJobs(jobIds: Iterable<string>, options?: WatchJobsOptions): AsyncGenerator<JobsUpdate, void>;
  /** Waits until a job's outcome is known, and gives the job; see {@link WaitOptions}. */
  waitForJob(
    jobId: string,
    options?: WaitOptions & { onUpdate?: (update: JobUpdate) => void },
  ): Promise<IdentifiedJob>;
  /** Makes sure that there is a token, asking for one if needed. */
  authenticate(options?: CallOptions): Promise<void>;
  /** Makes any other call of the platform. */
  call<Request extends z.ZodMiniType, Answer extends z.ZodMiniType>(
    operation: Operation<Request, Answer>,
    request: z.input<Request>,
    options?: CallOptions,
  ): Promise<z.output<Answer>>;
}

/**
 * Makes a client. Nothing is sent yet; the first call asks for a token.
 * @throws {InputError} the base URL is wrong, or half of the credentials is missing.
 */
export function createClient(options: ClientOptions = {}): Client {
  const { baseUrl, host } = readBaseUrl(options.baseUrl ?? defaultBaseUrl, options.allowHttp);
  const { credentials, accessToken } = options;
  if (credentials !== undefined && !(credentials.username && credentials.password)) {
    throw inputError("credentials_half");
  }
  if (accessToken !== undefined && !isTokenText(accessToken)) {
    throw inputError("token_form");
  }
  const clock = options.clock ?? systemClock;
  const context: CallContext = {
    baseUrl,
    host,
    clock,
    send: createLazySend(options.transport),
    budget: new RetryBudget(),
    limiter: options.limiter ?? createRateLimiter({ clock }),
    attemptTimeoutMs: options.attemptTimeoutMs ?? 30_000,
    callTimeoutMs: options.callTimeoutMs ?? 120_000,
    maxAttempts: options.maxAttempts ?? 5,
    onEvent: options.onEvent ?? (() => {}),
  };
  const tokens = createTokenSource(context, {
    credentials,
    accessToken,
    store: options.tokenStore,
    onToken: options.onToken,
  });
  return createCalls(context, tokens, options.limiter && "usual");
}

/** Who sends nothing needs no transport: 14 kB (measured). */
function createLazySend(transport: Transport | undefined): Send {
  let send: Send | undefined;
  return async (attempt) => {
    if (send === undefined) {
      const { createSend } = await import("./http/request.ts");
      send ??= createSend(transport);
    }
    return send(attempt);
  };
}

function createCalls(
  context: CallContext,
  tokens: TokenSource,
  waitPace: Pace | undefined,
): Client {
  const { clock, limiter, callTimeoutMs } = context;
  const createdAt = new Map<string, number>();

  function noteCreated(jobId: string): void {
    const now = clock.now();
    for (const [id, at] of createdAt) if (now - at >= notFoundGraceMs) createdAt.delete(id);
    createdAt.set(jobId, now);
  }

  async function getJob(jobId: string, options: CallOptions = {}): Promise<IdentifiedJob> {
    const body = { job_id: checkJobId(jobId) };
    return withId(await makeCall(context, detailOperation, body, { tokens, ...options }), jobId);
  }

  const look = (jobId: string, options: CallOptions) =>
    getJob(jobId, { ...options, pace: waitPace });
  const watch = (jobId: string, options: WaitOptions = {}) =>
    watchJob(
      { getJob: look, clock, callTimeoutMs, createdAt: createdAt.get(jobId) },
      checkJobId(jobId),
      options,
    );

  return {
    baseUrl: context.baseUrl,
    limiter,
    clock,
    callTimeoutMs,
    getJob,
    async createJob(spec, options = {}) {
      // Who only looks at jobs needs no schema of a spec: 9 kB and 6 ms at start (measured).
      const { submitJob } = await import("./submission.ts");
      const job = await submitJob(context, spec, { tokens, ...options });
      noteCreated(job.job_id);
      return job;
    },
    async stopJob(jobId, options = {}) {
      await stopJob(context, checkJobId(jobId), { tokens, ...options });
    },
    watchJob: watch,
    watchJobs(jobIds, options) {
      const isNew = (jobId: string) =>
        clock.now() - (createdAt.get(jobId) ?? -Infinity) < notFoundGraceMs;
      return watchJobs({ getJob, clock, limiter, callTimeoutMs, isNew }, jobIds, options);
    },
    async waitForJob(jobId, { onUpdate, ...options } = {}) {
      const updates = watch(jobId, options);
      for (;;) {
        const next = await updates.next();
        if (next.done) return next.value;
        onUpdate?.(next.value);
      }
    },
    async authenticate({ signal, timeoutMs = callTimeoutMs } = {}) {
      await tokens.get({ signal, timeoutMs });
    },
    async call(operation, request, options = {}) {
      const parsed = operation.request.safeParse(request);
      if (!parsed.success) {
        throw new SpecError(
          parsed.error.issues.map(({ path, message }) => ({ path: path.map(toKey), message })),
        );
      }
      return makeCall(context, operation, parsed.data, { tokens, ...options });
    },
  };
}

function toKey(key: PropertyKey): string | number {
  return typeof key === "number" ? key : String(key);
}
