import type * as z from "zod/mini";
import type { TokenSource } from "../auth.ts";
import type { Clock } from "../clock.ts";
import type { CallFacts, QizhiError } from "../errors.ts";
import { AuthError } from "../errors.ts";
import type { Operation } from "../operations.ts";
import { judge, TokenRefused } from "./answer.ts";
import type { RawAnswer, Send } from "./request.ts";
import {
  backoffMs,
  hadNoEffect,
  isPassing,
  longestRetryAfterMs,
  retryAfterMs,
  type RetryBudget,
} from "./retry.ts";

/** Something a client tells while it works; for logs. Holds no secret. */
export type ClientEvent =
  | { type: "request"; operation: string; attempt: number }
  | { type: "answer"; operation: string; attempt: number; status: number; ms: number }
  | {
      type: "retry";
      operation: string;
      attempt: number;
      delayMs: number;
      askedMs?: number;
      error: QizhiError;
    }
  | { type: "login"; host: string };

/** What every call of one client shares. */
export interface CallContext {
  readonly baseUrl: string;
  readonly host: string;
  readonly send: Send;
  readonly clock: Clock;
  readonly budget: RetryBudget;
  /** Deadline of one attempt, headers and body together, in ms. */
  readonly attemptTimeoutMs: number;
  /** Deadline of a whole call with its retries, in ms. */
  readonly callTimeoutMs: number;
  readonly maxAttempts: number;
  readonly onEvent: (event: ClientEvent) => void;
}

/**
 * Makes one call: checks nothing, sends, judges, renews a refused token once, and sends again by the
 * operation's rule until the call's deadline.
 * @param tokens where the access token comes from; none for the token call itself.
 */
export async function makeCall<Answer extends z.ZodMiniType>(
  context: CallContext,
  operation: Operation<z.ZodMiniType, Answer>,
  body: unknown,
  options: {
    tokens?: TokenSource | undefined;
    signal?: AbortSignal | undefined;
    timeoutMs?: number | undefined;
  },
): Promise<z.output<Answer>> {
  const { clock, budget } = context;
  const { tokens, signal, timeoutMs = context.callTimeoutMs } = options;
  const deadline = clock.now() + timeoutMs;
  const text = JSON.stringify(body);
  let accessToken = await tokens?.get({ signal, timeoutMs });
  let isRenewed = false;
  for (let attempt = 1; ; attempt++) {
    const call: CallFacts = { operation: operation.name, host: context.host, attempts: attempt };
    let askedMs: number | undefined;
    try {
      const leftMs = deadline - clock.now();
      const raw = await sendOnce(context, operation, { call, text, accessToken, leftMs, signal });
      askedMs = retryAfterMs(raw.header("retry-after"), Date.now());
      const answer = judge(operation, raw, call);
      if (!(answer instanceof TokenRefused)) {
        budget.earn();
        return answer;
      }
      if (tokens === undefined || isRenewed) throw refused(call, answer);
      isRenewed = true;
      const wait = { signal, timeoutMs: deadline - clock.now() };
      accessToken = await tokens.replace(accessToken ?? "", answer.said, wait);
    } catch (error) {
      const mayRepeat = operation.resend === "safe" ? isPassing(error) : hadNoEffect(error);
      if (!mayRepeat || !isPassing(error) || attempt >= context.maxAttempts) throw error;
      const delayMs = backoffMs(attempt, askedMs);
      if (clock.now() + delayMs >= deadline || !budget.spend()) throw error;
      context.onEvent({
        type: "retry",
        operation: operation.name,
        attempt,
        delayMs,
        error,
        ...(askedMs !== undefined && askedMs > longestRetryAfterMs && { askedMs }),
      });
      await clock.sleep(delayMs, signal);
    }
  }
}

async function sendOnce(
  context: CallContext,
  operation: Operation<z.ZodMiniType, z.ZodMiniType>,
  attempt: {
    call: CallFacts;
    text: string;
    accessToken: string | undefined;
    leftMs: number;
    signal: AbortSignal | undefined;
  },
): Promise<RawAnswer> {
  const { call, text, accessToken, signal } = attempt;
  const started = context.clock.now();
  context.onEvent({ type: "request", operation: operation.name, attempt: call.attempts });
  const raw = await context.send({
    call,
    url: context.baseUrl + operation.path,
    body: text,
    accessToken,
    freshConnection: operation.resend === "once",
    timeoutMs: Math.max(1, Math.min(context.attemptTimeoutMs, attempt.leftMs)),
    signal,
  });
  context.onEvent({
    type: "answer",
    operation: operation.name,
    attempt: call.attempts,
    status: raw.status,
    ms: context.clock.now() - started,
  });
  return raw;
}

function refused(call: CallFacts, { said }: TokenRefused): AuthError {
  if (call.operation === "token") {
    return new AuthError(
      "login_refused",
      `${call.host} refused the login: ${said}.`,
      "Check the base URL, the VPN and the proxy.",
    );
  }
  return new AuthError(
    "token_refused",
    `${call.host} refused ${call.operation} although the access token is new: ${said}.`,
    "Check that the account may use the OpenAPI, and that the base URL is right.",
  );
}
