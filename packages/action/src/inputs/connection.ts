import { readFileSync } from "node:fs";
import type { Client, ClientEvent, RateLimiter } from "@qizhi/core";
import { createClient, formatDuration, isQizhiError } from "@qizhi/core";
import { createHidingClient, type IdentifiedJob, requireTlsCheck } from "@qizhi/core/internal";
import type { Log } from "../runner/log.ts";
import { inputDefaults, type RawInputs } from "../runner/raw-inputs.ts";
import type { Secrets } from "../runner/secrets.ts";
import { tryQuietly } from "../runner/state.ts";

/** Where the platform is and who asks it. */
export type ConnectionInputs = ReturnType<typeof readConnection>;

/** Reads the connection, whose secrets are masked before anything else is done with them. */
export function readConnection(raw: RawInputs, secrets: Secrets) {
  const password = raw.exactText("password");
  const token = raw.text("token");
  for (const secret of [password, token]) secrets.add(secret);
  const username = raw.text("username");
  return {
    baseUrl: raw.text("base-url"),
    credentials: username !== "" && password !== "" ? { username, password } : undefined,
    token: token === "" ? undefined : token,
    allowHttp: raw.flag("allow-http"),
    /** Longest time of one request. */
    requestTimeoutMs: raw.duration("request-timeout"),
  };
}

export function checkBaseUrl(raw: RawInputs, { baseUrl, allowHttp }: ConnectionInputs): void {
  if (baseUrl === inputDefaults["base-url"]) return;
  try {
    createClient({ baseUrl, allowHttp });
  } catch (error) {
    if (!isQizhiError(error)) throw error;
    raw.refuse("base-url", `is wrong: ${error.message}`);
  }
}

export function checkLogin(raw: RawInputs, { credentials, token }: ConnectionInputs): void {
  if (credentials !== undefined) return;
  const hasUsername = raw.text("username") !== "";
  const hasPassword = raw.exactText("password") !== "";
  if (hasUsername !== hasPassword) {
    const missing = hasUsername ? "password" : "username";
    const why = hasUsername ? `; ${explainNoLogin()}` : "";
    raw.refuse(missing, `is missing: a login needs username and password${why}`);
  } else if (token === undefined) {
    raw.refuse("username", `and password are missing, or a token; ${explainNoLogin()}`);
  }
}

/** Why there is no login: a pull request from a fork, or one of Dependabot, gets no secrets. */
export function explainNoLogin(): string {
  const { GITHUB_EVENT_PATH: path = "", GITHUB_ACTOR } = process.env;
  const { pull_request: pull } = Object(tryQuietly(() => JSON.parse(readFileSync(path, "utf8"))));
  const { head, base } = Object(pull);
  if (pull !== undefined && Object(head).repo?.full_name !== Object(base).repo?.full_name) {
    return "a pull request from a fork gets no secrets: let a maintainer start such a run by hand";
  }
  if (GITHUB_ACTOR === "dependabot[bot]") {
    return "a run of Dependabot gets no secrets of Actions, only its own";
  }
  return "is the secret set for this run?";
}

interface ConnectionParts {
  readonly secrets: Secrets;
  readonly log: Log;
  readonly onEvent?: (event: ClientEvent) => void;
  readonly onJob?: (job: IdentifiedJob) => void;
  /** Paces the calls of a sweep. */
  readonly limiter?: RateLimiter;
}

/**
 * Makes the client. Nothing is sent yet; every token is masked before its first use.
 * @throws {InputError} the check of certificates is turned off.
 */
export function connect(
  { token, requestTimeoutMs, ...connection }: ConnectionInputs,
  { secrets, log, onEvent, onJob, limiter }: ConnectionParts,
): Client {
  requireTlsCheck(process.env);
  return createHidingClient(secrets.known, {
    ...connection,
    accessToken: token,
    attemptTimeoutMs: requestTimeoutMs,
    limiter,
    onJob,
    onToken: secrets.add,
    onEvent(event) {
      onEvent?.(event);
      tell(log, event);
    },
  });
}

function tell(log: Log, event: ClientEvent): void {
  log.debug(JSON.stringify(event));
  if (event.type === "slow_name") {
    log.line(`The name ${event.host} is not resolved yet; waiting for the runner's name servers.`);
  }
  if (event.type !== "retry" || event.askedMs === undefined) return;
  const [asked, delay] = [event.askedMs, event.delayMs].map(formatDuration);
  log.line(`The platform asks to wait ${asked}; waiting ${delay}.`);
}
