import { isTokenText } from "./access-token.ts";
import { defaultBaseUrl, readBaseUrl } from "../calls/base-url.ts";
import { toListener } from "../async/callback.ts";
import { type Calls, openCalls } from "./calls.ts";
import type { Client, ClientOptions } from "./client.ts";
import { systemClock } from "../async/clock.ts";
import { createEndableGenerator } from "../async/endable-generator.ts";
import { inputError } from "../errors/input-errors.ts";
import { checkJobId } from "../jobs/job-id.ts";
import { createRateLimiter } from "../calls/limiter.ts";

/**
 * Makes a client. Nothing is sent yet; the first call asks for a token.
 * @throws {InputError} the base URL is wrong, or half of the credentials is missing.
 */
export function createClient(options: ClientOptions = {}): Client {
  const { shared, kept } = readOptions(options);
  const { baseUrl, platformName, limiter, clock, callTimeoutMs } = shared;
  let calls: Calls | undefined;
  const open = () => (calls ??= openCalls(shared, kept));
  const watch = <Update, Result>(
    signal: AbortSignal | undefined,
    start: (calls: Calls, signal: AbortSignal) => AsyncGenerator<Update, Result>,
  ) =>
    createEndableGenerator(async function* (end): AsyncGenerator<Update, Result> {
      return yield* start(open(), end);
    }, signal);

  const watchJob: Client["watchJob"] = (jobId, settings = {}) => {
    const id = checkJobId(jobId);
    return watch(settings.signal, (all, signal) => all.watchJob(id, { ...settings, signal }));
  };
  return {
    baseUrl,
    platformName,
    limiter,
    clock,
    callTimeoutMs,
    createJob: async (...args) => open().createJob(...args),
    getJob: async (...args) => open().getJob(...args),
    stopJob: async (...args) => open().stopJob(...args),
    stopJobs: async (...args) => open().stopJobs(...args),
    authenticate: async (...args) => open().authenticate(...args),
    call: async (...args) => open().call(...args),
    watchJob,
    watchJobs(jobIds, settings = {}) {
      const ids = [...new Set(Array.from(jobIds, checkJobId))];
      return watch(settings.signal, (all, signal) => all.watchJobs(ids, { ...settings, signal }));
    },
    async waitForJob(jobId, { onUpdate, ...settings } = {}) {
      const updates = watchJob(jobId, settings);
      const tell = toListener(onUpdate);
      for (;;) {
        const next = await updates.next();
        if (next.done) return next.value;
        tell(next.value);
      }
    },
  };
}

/** Checks the options, and takes them as they are now, whatever the caller does with the object later. */
function readOptions(options: ClientOptions) {
  const { baseUrl, host } = readBaseUrl(options.baseUrl ?? defaultBaseUrl, options.allowHttp);
  const { credentials, accessToken, clock = systemClock } = options;
  const onToken = toListener(options.onToken);
  if (credentials !== undefined && !(credentials.username && credentials.password)) {
    throw inputError("credentials_half");
  }
  if (accessToken !== undefined) {
    if (!isTokenText(accessToken)) throw inputError("token_form");
    onToken(accessToken);
  }
  const { limiter = createRateLimiter({ clock }), callTimeoutMs = 120_000 } = options;
  const { platformName = host } = options;
  const shared = { baseUrl, platformName, host, clock, limiter, callTimeoutMs };
  const kept = { ...options, onToken, onEvent: toListener(options.onEvent) };
  return { shared, kept };
}
