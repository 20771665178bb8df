import type * as z from "zod/mini";
import type { CallFacts, QizhiError } from "../errors.ts";
import { ApiError, type AuthError, ConnectionError, isQizhiError } from "../errors.ts";
import { authError } from "../errors/call-errors.ts";
import { longestPauseMs } from "../limiter.ts";
import type { Operation } from "../operations.ts";
import { judge, TokenRefused } from "./answer.ts";
import type { CallContext, Pace, TokenSource } from "./call-context.ts";
import type { RawAnswer } from "./request.ts";
import { backoffMs, hadNoEffect, isPassing, mayHaveHadEffect, retryAfterMs } from "./retry.ts";

// A refused token is renewed from the store, then by a login; after that the refusal stands.
const mostRenewals = 2;
// A gateway that says 429 without a time (wire-facts 1.4).
const untoldPauseMs = 2_000;

/** How one call is made. */
export interface CallSettings {
  /** Where the access token comes from; none for the token call itself. */
  readonly tokens?: TokenSource | undefined;
  /** Texts besides the token that no error may hold. */
  readonly secrets?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
  /** Whether it waits for its turn. The wait does not count for `timeoutMs`. @default not */
  readonly pace?: Pace | undefined;
  /** Called right before each send. */
  readonly onSend?: (() => void) | undefined;
  /** Told of every failure that is followed by another attempt. */
  readonly onRetry?: ((error: QizhiError) => void) | undefined;
  /**
   * Makes the error of a call of which nobody knows whether it acted: of one that must not be sent twice, and
   * whose answer was none or was not waited for. @default the failure itself
   */
  readonly toUnknownError?: ((cause: unknown) => QizhiError) | undefined;
}

/** A call under way. */
interface Running {
  readonly settings: CallSettings;
  readonly context: CallContext;
  readonly operation: Operation<z.ZodMiniType, z.ZodMiniType>;
  readonly text: string;
  /** When the call must be over, on the context's clock. */
  readonly deadline: number;
}

/**
 * Makes one call: checks nothing, sends, judges, renews a refused token, and sends again by the
 * operation's rule until the call's deadline.
 */
export async function makeCall<Answer extends z.ZodMiniType>(
  context: CallContext,
  operation: Operation<z.ZodMiniType, Answer>,
  body: unknown,
  settings: CallSettings,
): Promise<z.output<Answer>> {
  const { tokens, signal, pace, timeoutMs = context.callTimeoutMs } = settings;
  signal?.throwIfAborted();
  if (pace !== undefined && pace !== "prepaid") await context.limiter.take({ lane: pace, signal });
  const deadline = context.clock.now() + timeoutMs;
  // Not the settings spread out, which takes 15 µs on Node 20 (measured).
  const running: Running = { settings, context, operation, text: JSON.stringify(body), deadline };
  const tokenWait = () => ({ signal, timeoutMs: deadline - context.clock.now() });
  let accessToken = await tokens?.get(tokenWait());
  let isLastToken = tokens === undefined;
  for (let attempt = 1, renewals = 0; ; attempt++) {
    const call: CallFacts = { operation: operation.name, host: context.host, attempts: attempt };
    let answer: z.output<Answer> | TokenRefused;
    let sent = false;
    const onSent = () => {
      sent = true;
    };
    try {
      const raw = await sendOnce(running, call, accessToken, onSent);
      call.retryAfterMs = retryAfterMs(raw.header("retry-after"), raw.header("date"));
      answer = judge(operation, raw, call, {
        url: context.baseUrl + operation.path,
        jobId: jobIdOf(body),
        usesToken: tokens !== undefined,
        secrets: [accessToken ?? "", ...(settings.secrets ?? [])],
      });
    } catch (error) {
      if (sent && isInDoubt(operation, error)) throw settings.toUnknownError?.(error) ?? error;
      await backOff(running, call, error);
      continue;
    }
    if (!(answer instanceof TokenRefused)) {
      context.budget.earn();
      return answer;
    }
    if (tokens === undefined || isLastToken || renewals >= mostRenewals)
      throw refused(call, answer);
    renewals += 1;
    const next = await tokens.replace(accessToken ?? "", answer.refusal, tokenWait());
    [accessToken, isLastToken] = [next.value, next.isFromLogin];
  }
}

function jobIdOf(body: unknown): string | undefined {
  const isAboutJob = typeof body === "object" && body !== null && "job_id" in body;
  return isAboutJob && typeof body.job_id === "string" ? body.job_id : undefined;
}

/** Whether a call that was sent may have acted, and must not be sent again. Whatever is not a refusal says so. */
function isInDoubt({ resend, name }: Running["operation"], error: unknown): boolean {
  return resend === "once" && (!isQizhiError(error) || mayHaveHadEffect(error, name));
}

async function sendOnce(
  { settings, context, operation, text, deadline }: Running,
  call: CallFacts,
  accessToken: string | undefined,
  onSent: () => void,
): Promise<RawAnswer> {
  const { signal, pace, onSend } = settings;
  if (pace !== undefined && call.attempts > 1) {
    await context.limiter.take({ lane: "urgent", signal });
  }
  const started = context.clock.now();
  const leftMs = deadline - started;
  // A login may have used the time up; what is not sent has no unknown outcome.
  if (leftMs <= 0) {
    const late = "the deadline of the call passed before it was sent";
    throw new ConnectionError(call, { reason: "TIMEOUT", text: late, sent: false });
  }
  signal?.throwIfAborted();
  context.onEvent({ type: "request", operation: operation.name, attempt: call.attempts });
  onSend?.();
  const raw = await context.send({
    call,
    url: context.baseUrl + operation.path,
    body: text,
    accessToken,
    freshConnection: operation.resend === "once",
    timeoutMs: Math.min(context.attemptTimeoutMs, leftMs),
    signal,
    onSent,
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

/** Sleeps before the next attempt, or throws the error where there must be none. */
async function backOff(
  { settings, context, operation, deadline }: Running,
  call: CallFacts,
  error: unknown,
): Promise<void> {
  const { clock, budget } = context;
  const { retryAfterMs: askedMs, attempts } = call;
  const isTooMuch = error instanceof ApiError && error.status === 429;
  // What one call was told holds for every call that keeps a pace.
  if (isTooMuch || askedMs !== undefined) context.limiter.pause(askedMs ?? untoldPauseMs);
  if (!isPassing(error) || (operation.resend === "once" && !hadNoEffect(error))) throw error;
  if (attempts >= context.maxAttempts) throw error;
  const delayMs = backoffMs(attempts, askedMs);
  if (clock.now() + delayMs >= deadline || !budget.spend()) throw error;
  settings.onRetry?.(error);
  context.onEvent({
    type: "retry",
    operation: operation.name,
    attempt: attempts,
    delayMs,
    error,
    ...(askedMs !== undefined && askedMs > longestPauseMs && { askedMs }),
  });
  await clock.sleep(delayMs, settings.signal);
}

function refused({ host, operation }: CallFacts, { refusal }: TokenRefused): AuthError {
  return operation === "token"
    ? authError("login_not_reached", { host, refusal })
    : authError("new_token_refused", { host, refusal, operation });
}
