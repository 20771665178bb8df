import type { Credentials } from "./access-token.ts";
import { toListener } from "../async/callback.ts";
import { openCalls } from "./calls.ts";
import type { Client } from "./client.ts";
import { Tokens, type TokenStore } from "./auth.ts";
import type { CallContext } from "../calls/call-context.ts";
import { type Clock, PlatformClock, systemClock } from "../async/clock.ts";
import { RetryBudget } from "../calls/retry.ts";
import {
  type ClientEvent,
  createSend,
  type Transport,
  type TransportFetch,
} from "../transport/request.ts";
import type { IdentifiedJob } from "../jobs/job-id.ts";
import { checkOptions, type OptionKinds, inputError } from "../errors/input-errors.ts";
import { createRateLimiter, type RateLimiter } from "../calls/limiter.ts";
import { Secrets } from "../calls/secrets.ts";

/** Options of `createClient`. */
export interface ClientOptions {
  /** Address of the platform. @default "https://qz.sii.edu.cn" */
  baseUrl?: string | undefined;
  /** Name of the platform in reports. @default the host of the base URL */
  platformName?: string | undefined;
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
  /** Deadline of one call with all its retries, in ms. @default 120000, or `attemptTimeoutMs` where that is longer */
  callTimeoutMs?: number | undefined;
  /** Most attempts of one call. @default 5 */
  maxAttempts?: number | undefined;
  /** A `fetch`, or what has one, in the place of the built-in transport: `globalThis`, undici, a function. */
  transport?: Transport | TransportFetch | undefined;
  /** Called with requests, retries and logins; for logs. */
  onEvent?: ((event: ClientEvent) => void) | undefined;
  /** Called with every job that the platform describes: in each detail, and in the answer of each create. */
  onJob?: ((job: IdentifiedJob) => void) | undefined;
  /** Called with every token before it is first used, so that a log can mask it. */
  onToken?: ((accessToken: string) => void) | undefined;
  /**
   * Gives every request of the client its turn; several clients may share one. @default one of its own, 3
   * requests a second
   */
  limiter?: RateLimiter | undefined;
  /** Another clock; for tests. */
  clock?: Clock | undefined;
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
  secrets.add(credentials?.password);
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
  const tokens = new Tokens(context, { credentials, accessToken, tokenStore, onToken });
  const { platformName = host, onJob } = options;
  return openCalls({ ...context, tokens, platformName, onJob: toListener(onJob) });
}

const shortestCallMs = 120_000;

/** Checked credentials; later changes of the caller's object have no effect. */
function copyCredentials({ username, password }: Credentials): Credentials {
  if (!username && !password) throw inputError("credentials_empty");
  if (!username) throw inputError("credentials_half", { missing: "username" });
  if (!password) throw inputError("credentials_half", { missing: "password" });
  return { username, password };
}

/** The platform itself (page: 正式环境). */
export const defaultBaseUrl = "https://qz.sii.edu.cn";

/**
 * Checks the address of a platform: http or https, a path if need be, and nothing else.
 * @returns the address without a slash at its end, and host and port for messages.
 * @throws {InputError} it is wrong, or http would carry the password in clear to another machine.
 */
export function readBaseUrl(
  text: string,
  allowHttp = false,
): { readonly baseUrl: string; readonly host: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw inputError("base_url_form", { wanted: defaultBaseUrl });
  }
  if (url.username || url.password || /[?#]/.test(url.href)) {
    throw inputError("base_url_more", { host: url.host });
  }
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "http:" && !isHere && !allowHttp) {
    throw inputError("base_url_clear", { host: url.host });
  }
  return { baseUrl: url.href.replace(/(?<!\/)\/+$/, ""), host: url.host };
}
