import { isTokenText } from "./access-token.ts";
import { defaultBaseUrl, readBaseUrl } from "../calls/base-url.ts";
import { toListener } from "../async/callback.ts";
import { openCalls } from "./calls.ts";
import type { Client, ClientOptions } from "./client.ts";
import { systemClock } from "../async/clock.ts";
import { checkOptions, type OptionKinds, inputError } from "../errors/input-errors.ts";
import type { Credentials } from "./login.ts";
import { createRateLimiter } from "../calls/limiter.ts";
import { Secrets } from "../calls/secrets.ts";

/**
 * Creates a client. Nothing is sent yet; the first call asks for a token.
 * @throws {InputError} an option is wrong: its name, the base URL, credentials of which a half is missing.
 */
export function createClient(options: ClientOptions = {}): Client {
  return createHidingClient(new Secrets(), options);
}

/**
 * {@link createClient} for who knows further secrets, such as those that its jobs are given: no answer shows one of them.
 * @param secrets gets the password and every token, too, and may get more at any time.
 */
export function createHidingClient(secrets: Secrets, options: ClientOptions): Client {
  const { shared, kept } = readOptions(options);
  return openCalls(shared, kept, secrets);
}

const optionKinds: OptionKinds<ClientOptions> = {
  baseUrl: "any",
  platformName: "any",
  credentials: "any",
  accessToken: "any",
  tokenStore: "any",
  allowHttp: "any",
  attemptTimeoutMs: "number",
  callTimeoutMs: "number",
  maxAttempts: "number",
  transport: "any",
  onEvent: "any",
  onJob: "any",
  onToken: "any",
  limiter: "any",
  clock: "any",
};

function checkCredentials({ username, password }: Credentials): void {
  if (!username && !password) throw inputError("credentials_empty");
  if (!username) throw inputError("credentials_half", { missing: "username" });
  if (!password) throw inputError("credentials_half", { missing: "password" });
}

const shortestCallMs = 120_000;

/** Checks and copies the options, so that later changes of the objects have no effect. */
function readOptions(options: ClientOptions) {
  checkOptions("createClient", options, optionKinds);
  const { baseUrl, host } = readBaseUrl(options.baseUrl ?? defaultBaseUrl, options.allowHttp);
  const { credentials, accessToken, clock = systemClock } = options;
  const onToken = toListener(options.onToken);
  if (credentials !== undefined) checkCredentials(credentials);
  if (accessToken !== undefined) {
    if (!isTokenText(accessToken)) throw inputError("token_form");
    onToken(accessToken);
  }
  const { limiter = createRateLimiter({ clock }), attemptTimeoutMs = 0 } = options;
  // One long request must fit into a call.
  const { callTimeoutMs = Math.max(shortestCallMs, attemptTimeoutMs) } = options;
  const { platformName = host } = options;
  const shared = { baseUrl, platformName, host, clock, limiter, callTimeoutMs };
  const { onEvent, onJob } = options;
  const kept = {
    ...options,
    ...(credentials && {
      credentials: { username: credentials.username, password: credentials.password },
    }),
    onToken,
    onEvent: toListener(onEvent),
    onJob: toListener(onJob),
  };
  return { shared, kept };
}
