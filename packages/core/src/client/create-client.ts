import { type Credentials, isTokenText } from "./access-token.ts";
import { defaultBaseUrl, readBaseUrl } from "../calls/base-url.ts";
import { toListener } from "../async/callback.ts";
import { openCalls } from "./calls.ts";
import type { Client, ClientOptions } from "./client.ts";
import { createTokenSource } from "./auth.ts";
import type { CallContext } from "../calls/call-context.ts";
import { PlatformClock, systemClock } from "../async/clock.ts";
import { RetryBudget } from "../calls/retry.ts";
import { createSend } from "../transport/request.ts";
import { checkOptions, type OptionKinds, inputError } from "../errors/input-errors.ts";
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
  checkOptions("createClient", options, optionKinds);
  const { baseUrl, host } = readBaseUrl(options.baseUrl ?? defaultBaseUrl, options.allowHttp);
  const { accessToken, tokenStore, transport, clock = systemClock } = options;
  const credentials = options.credentials && copyCredentials(options.credentials);
  const [onToken, onEvent] = [toListener(options.onToken), toListener(options.onEvent)];
  if (accessToken !== undefined) {
    if (!isTokenText(accessToken)) throw inputError("token_form");
    onToken(accessToken);
  }
  for (const secret of [credentials?.password, accessToken]) secrets.add(secret);
  const { attemptTimeoutMs = 30_000, maxAttempts = 5 } = options;
  const context: CallContext = {
    baseUrl,
    host,
    send: createSend({ baseUrl, clock, onEvent, transport, hide: (text) => secrets.hideAll(text) }),
    clock,
    platformClock: new PlatformClock(),
    budget: new RetryBudget(),
    secrets,
    limiter: options.limiter ?? createRateLimiter({ clock }),
    attemptTimeoutMs,
    // One long request must fit into a call.
    callTimeoutMs: options.callTimeoutMs ?? Math.max(shortestCallMs, attemptTimeoutMs),
    maxAttempts,
    onEvent,
  };
  const tokens = createTokenSource(context, { credentials, accessToken, tokenStore, onToken });
  const { platformName = host, onJob } = options;
  return openCalls({ ...context, tokens, platformName, onJob: toListener(onJob) });
}

const shortestCallMs = 120_000;

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

/** Checked credentials; later changes of the caller's object have no effect. */
function copyCredentials({ username, password }: Credentials): Credentials {
  if (!username && !password) throw inputError("credentials_empty");
  if (!username) throw inputError("credentials_half", { missing: "username" });
  if (!password) throw inputError("credentials_half", { missing: "password" });
  return { username, password };
}
