import { isTokenText } from "./access-token.ts";
import { defaultBaseUrl, readBaseUrl } from "../calls/base-url.ts";
import { toListener } from "../async/callback.ts";
import { openCalls } from "./calls.ts";
import type { Client, ClientOptions } from "./client.ts";
import { systemClock } from "../async/clock.ts";
import { createEndableGenerator } from "../async/endable-generator.ts";
import { inputError } from "../errors/input-errors.ts";
import { checkJobId } from "../jobs/job-id.ts";
import { createRateLimiter } from "../calls/limiter.ts";

/**
 * Creates a client. Nothing is sent yet; the first call asks for a token.
 * @throws {InputError} the base URL is wrong, or half of the credentials is missing.
 */
export function createClient(options: ClientOptions = {}): Client {
  const { shared, kept } = readOptions(options);
  const { baseUrl, platformName, limiter, clock, callTimeoutMs } = shared;
  const calls = openCalls(shared, kept);

  const watchJob: Client["watchJob"] = (jobId, settings = {}) => {
    const id = checkJobId(jobId);
    return createEndableGenerator(
      (signal) => calls.watchJob(id, { ...settings, signal }),
      settings.signal,
    );
  };
  return {
    baseUrl,
    platformName,
    limiter,
    clock,
    callTimeoutMs,
    ...calls,
    watchJob,
    watchJobs(jobIds, settings = {}) {
      const ids = [...new Set(Array.from(jobIds, checkJobId))];
      return createEndableGenerator(
        (signal) => calls.watchJobs(ids, { ...settings, signal }),
        settings.signal,
      );
    },
    async waitForJob(jobId, { onUpdate, ...settings } = {}) {
      const updates = watchJob(jobId, settings);
      const report = toListener(onUpdate);
      for (;;) {
        const next = await updates.next();
        if (next.done) return next.value;
        report(next.value);
      }
    },
  };
}

/** Checks and copies the options, so that later changes of the object have no effect. */
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
