import type { Credentials, TokenSource, TokenStore } from "./auth.ts";
import { createTokenSource } from "./auth.ts";
import type { Clock } from "./clock.ts";
import { systemClock } from "./clock.ts";
import { InputError, SpecError, SubmissionUnknownError } from "./errors.ts";
import type { CallContext, ClientEvent } from "./http/call.ts";
import { makeCall } from "./http/call.ts";
import { createNodeFetch } from "./http/node-fetch.ts";
import type { Transport } from "./http/request.ts";
import { createSend } from "./http/request.ts";
import { mayHaveHadEffect, RetryBudget } from "./http/retry.ts";
import type { Operation } from "./operations.ts";
import { createOperation, detailOperation, stopOperation } from "./operations.ts";
import { JobIdSchema } from "./schemas/job-ref.ts";
import type { JobSpecInput } from "./schemas/job-spec.ts";
import type { Job } from "./schemas/job.ts";
import { parseJobSpec } from "./spec/parse.ts";
import { visibleText } from "./text.ts";
import type * as z from "zod/mini";
import type { JobUpdate, WaitOptions } from "./wait.ts";
import { watchJob } from "./wait.ts";
import { jobListUrl } from "./web.ts";

/** The platform itself (page: 正式环境). */
export const defaultBaseUrl = "https://qz.sii.edu.cn";

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
  /** Another clock; for tests. */
  clock?: Clock | undefined;
}

/** A job that is known by its id. */
export type IdentifiedJob = Job & { job_id: string };

/** Options of a single call. */
export interface CallOptions {
  /** Ends the call within 100 ms, with the signal's own reason. */
  signal?: AbortSignal | undefined;
  /** Deadline of the call with all its retries, in ms. @default the client's `callTimeoutMs` */
  timeoutMs?: number | undefined;
}

/** Client of one platform for one account. */
export interface Client {
  /** Address of the platform, without a slash at its end. */
  readonly baseUrl: string;
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
    throw new InputError("The credentials are half empty.", "Give both username and password.");
  }
  const clock = options.clock ?? systemClock;
  const context: CallContext = {
    baseUrl,
    host,
    clock,
    send: createSend(options.transport ?? createNodeFetch()),
    budget: new RetryBudget(),
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
  return createCalls(context, tokens);
}

function createCalls(context: CallContext, tokens: TokenSource): Client {
  const createdAt = new Map<string, number>();

  async function authenticate({ signal, timeoutMs }: CallOptions = {}): Promise<void> {
    await tokens.get({ signal, timeoutMs: timeoutMs ?? context.callTimeoutMs });
  }

  async function getJob(jobId: string, options: CallOptions = {}): Promise<IdentifiedJob> {
    const body = { job_id: checkJobId(jobId) };
    return withId(await makeCall(context, detailOperation, body, { tokens, ...options }), jobId);
  }

  const watch = (jobId: string, options: WaitOptions = {}) =>
    watchJob(
      { getJob, clock: context.clock, createdAt: createdAt.get(jobId) },
      checkJobId(jobId),
      options,
    );

  return {
    baseUrl: context.baseUrl,
    getJob,
    async createJob(input, { allowUnknown, ...options } = {}) {
      const spec = parseJobSpec(input, { allowUnknown: allowUnknown ?? false });
      // Before the clock of "sent at" starts.
      await authenticate(options);
      const sentAt = new Date().toISOString();
      try {
        const job = await makeCall(context, createOperation, spec, { tokens, ...options });
        const created = withId(job, "");
        createdAt.set(created.job_id, context.clock.now());
        return created;
      } catch (error) {
        if (!mayHaveHadEffect(error)) throw error;
        const listUrl = jobListUrl(context.baseUrl, spec.workspace_id);
        throw new SubmissionUnknownError({ jobName: spec.name, sentAt, listUrl }, error);
      }
    },
    async stopJob(jobId, options = {}) {
      await makeCall(context, stopOperation, { job_id: checkJobId(jobId) }, { tokens, ...options });
    },
    watchJob: watch,
    async waitForJob(jobId, { onUpdate, ...options } = {}) {
      const updates = watch(jobId, options);
      for (;;) {
        const next = await updates.next();
        if (next.done) return next.value;
        onUpdate?.(next.value);
      }
    },
    authenticate,
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

function withId(job: Job, fallback: string): IdentifiedJob {
  return { ...job, job_id: job.job_id ?? fallback };
}

function checkJobId(jobId: string): string {
  const parsed = JobIdSchema.safeParse(jobId);
  if (parsed.success) return parsed.data;
  const problem = parsed.error.issues[0]?.message ?? "is not a job id";
  throw new InputError(`"${visibleText(jobId)}" ${problem}.`);
}

function readBaseUrl(text: string, allowHttp = false): { baseUrl: string; host: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InputError("The base URL is not an http(s) address.", `Write ${defaultBaseUrl}.`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new InputError(`The base URL for ${url.host} holds more than an address and a path.`);
  }
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "http:" && !isHere && !allowHttp) {
    throw new InputError(
      `http://${url.host} would carry the password in clear.`,
      "Use https, or allow http for a network that you trust.",
    );
  }
  return { baseUrl: url.href.replace(/\/+$/, ""), host: url.host };
}
