import type { Client, ClientEvent, RateLimiter } from "@qizhi/core";
import { formatDuration } from "@qizhi/core";
import { createHidingClient, type IdentifiedJob, requireTlsCheck } from "@qizhi/core/internal";
import type { ConnectionInputs } from "./inputs.ts";
import type { Log } from "../runner/log.ts";
import type { Secrets } from "../runner/secrets.ts";

/** What a connection tells while it works. */
export interface ConnectionParts {
  readonly secrets: Secrets;
  readonly log: Log;
  /** Told of every request and answer. */
  readonly onEvent?: (event: ClientEvent) => void;
  /** Told of every answer about a job. */
  readonly onJob?: (job: IdentifiedJob) => void;
  /** Paces the calls of a sweep. */
  readonly limiter?: RateLimiter;
}

/**
 * Makes the client. Nothing is sent yet; every token is masked before its first use.
 * @throws {InputError} the check of certificates is turned off.
 */
export function connect(inputs: ConnectionInputs, parts: ConnectionParts): Client {
  requireTlsCheck(process.env);
  const { secrets, log, onEvent, onJob, limiter } = parts;
  return createHidingClient(secrets.known, {
    baseUrl: inputs.baseUrl,
    credentials: inputs.credentials,
    accessToken: inputs.token,
    allowHttp: inputs.allowHttp,
    limiter,
    attemptTimeoutMs: inputs.requestTimeoutMs,
    onJob,
    onToken: (token) => secrets.add(token),
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
