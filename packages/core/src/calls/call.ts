import {
  type CallFacts,
  type KnownError,
  ApiError,
  type AuthError,
  ConnectionError,
  isQizhiError,
  SubmissionUnknownError,
} from "../errors/errors.ts";
import { isReasonOf } from "../async/clock.ts";
import { authError } from "../errors/call-errors.ts";
import { longPauseMs } from "../errors/rules/advice.ts";
import { jobListUrl } from "../jobs/job-id.ts";
import { valueOf } from "./answer-data.ts";
import { isTurnTimeout } from "./limiter.ts";
import { toSendEnd } from "../async/deadline.ts";
import type { Refusal } from "../errors/rules/auth-rules.ts";
import type { BrokenConnectionRule } from "../errors/rules/connection-rules.ts";
import type { Operation } from "./operations.ts";
import { judge, type Judged } from "./answer.ts";
import type { CallContext, CallSettings } from "./call-context.ts";
import {
  backoffMs,
  hadNoEffect,
  isPassing,
  mayHaveHadEffect,
  retryAfterMs,
  toTelling,
} from "./retry.ts";
import { textOf } from "../text/json-value.ts";

// A refused token is renewed from the store, then by a login; after that the refusal stands.
const mostRenewals = 2;
// A request that waits longer after its turn would arrive together with later ones.
const freshTurnMs = 50;
// A gateway that says 429 without a time (wire 1.4).
const defaultPauseMs = 2_000;

/** A call under way. */
interface Running<Answer = unknown> {
  readonly settings: CallSettings;
  readonly context: CallContext;
  readonly operation: Operation<unknown, Answer>;
  readonly body: unknown;
  /** The body as it is sent. */
  readonly text: string;
  /** When the call must be over, on the context's clock. */
  deadline: number;
  /** A login came between the caller's turn and the first attempt. */
  isTurnOver?: boolean;
  failure?: KnownError;
  /** The attempt under way has less than its time, as the call's ends before. */
  isCutShort?: boolean;
}

/** One attempt of it. */
interface Attempt {
  readonly call: CallFacts;
  /** When a byte of it may have left. */
  sentAt?: Date;
}

/**
 * Sends one call, unchecked: judges its answer, renews a refused token, and sends again by the
 * operation's rule until the call's deadline.
 */
export async function makeCall<Answer>(
  context: CallContext,
  operation: Operation<unknown, Answer>,
  body: unknown,
  settings: CallSettings = {},
): Promise<Answer> {
  const { tokens } = context;
  const { signal, timeoutMs = context.callTimeoutMs } = settings;
  signal?.throwIfAborted();
  const askedAt = context.clock.now();
  const running: Running<Answer> = {
    settings: { ...settings },
    context,
    operation,
    body,
    text: JSON.stringify(body),
    deadline: askedAt + timeoutMs,
  };
  const tokenWait = () => ({ signal, timeoutMs: running.deadline - context.clock.now() });
  let accessToken = await tokens?.get(tokenWait());
  running.isTurnOver = context.clock.now() - askedAt > freshTurnMs;
  let isLastToken = false;
  for (let attempts = 1, renewals = 0; ; attempts++) {
    const attempt: Attempt = { call: { operation: operation.name, host: context.host, attempts } };
    const { call } = attempt;
    let judged: Judged<Answer>;
    await takeTurn(running, call);
    try {
      judged = await tryOnce(running, attempt, accessToken);
    } catch (error) {
      const { sentAt } = attempt;
      if (sentAt !== undefined && isInDoubt(operation, error, signal))
        throw toUnknownOutcome(context, operation, { body, sentAt }, error);
      await backOff(running, call, toTelling(error, running.failure, running.isCutShort));
      continue;
    }
    if ("answer" in judged) {
      context.budget.earn();
      return judged.answer;
    }
    const { refusal } = judged;
    if (tokens === undefined || isLastToken || renewals >= mostRenewals)
      throw refused(call, refusal);
    renewals += 1;
    const next = await tokens.replace(accessToken ?? "", refusal, tokenWait());
    [accessToken, isLastToken] = [next.value, next.isFromLogin];
  }
}

/**
 * The error of a call that may have acted: of one that must not be sent twice, and whose answer was none, no
 * verdict or not waited for.
 */
export function toUnknownOutcome(
  { baseUrl }: Pick<CallContext, "baseUrl">,
  { name: operation }: Pick<Operation<unknown, unknown>, "name">,
  { body, sentAt }: { readonly body: unknown; readonly sentAt: Date },
  cause: unknown,
): SubmissionUnknownError {
  const isJob = operation === "create";
  const fieldOf = (key: string) => textOf(valueOf(body, key)) ?? "";
  const facts = {
    ...(!isJob && { operation }),
    jobName: fieldOf("name"),
    sentAt: sentAt.toISOString(),
    listUrl: isJob ? jobListUrl(baseUrl, fieldOf("workspace_id")) : baseUrl,
  };
  return new SubmissionUnknownError(facts, cause);
}

/** Whether a call that was sent may have acted, and must not be sent again: anything but a refusal. */
function isInDoubt(
  { resend, name }: Running["operation"],
  error: unknown,
  signal: AbortSignal | undefined,
): boolean {
  if (resend !== "once") return false;
  return !isQizhiError(error) || isReasonOf(signal, error) || mayHaveHadEffect(error, name);
}

/** Waits for the turn of an attempt, right before it is sent. */
async function takeTurn(running: Running, call: CallFacts): Promise<void> {
  const { context, settings } = running;
  const { limiter, clock } = context;
  const { turn = "usual", turnTimeoutMs, signal } = settings;
  const isFirst = call.attempts === 1;
  if (isFirst && turn === "prepaid" && !running.isTurnOver) return;
  const askedAt = clock.now();
  // A turn in the place of one that is over is a part of the call's time, as that of a second attempt.
  const isOwn = isFirst && turn !== "prepaid";
  const lane = isOwn ? turn : "urgent";
  const timeoutMs = isOwn ? turnTimeoutMs : running.deadline - askedAt;
  try {
    await limiter.take({ lane, signal, timeoutMs });
  } catch (error) {
    if (!isTurnTimeout(error)) throw error;
    throw running.failure ?? unsent(call, { rule: "no_turn", params: { ms: timeoutMs ?? 0 } });
  }
  if (isOwn) running.deadline += clock.now() - askedAt;
}

function unsent(call: CallFacts, why: BrokenConnectionRule): ConnectionError {
  return new ConnectionError(call, { reason: "TIMEOUT", why, sent: false });
}

async function tryOnce<Answer>(
  running: Running<Answer>,
  attempt: Attempt,
  accessToken: string | undefined,
): Promise<Judged<Answer>> {
  const { settings, context, operation, body, text, deadline } = running;
  const { call } = attempt;
  const { signal, beforeSend } = settings;
  const leftMs = deadline - context.clock.now();
  // A login may have used the time up; a create that is not sent has no unknown outcome.
  if (leftMs <= 0) throw unsent(call, { rule: "not_sent_in_time", params: {} });
  signal?.throwIfAborted();
  beforeSend?.();
  const longestMs = Math.min(context.attemptTimeoutMs, settings.attemptTimeoutMs ?? Infinity);
  running.isCutShort = leftMs < longestMs;
  const end = toSendEnd(signal, settings);
  const onSent = () => {
    end.noteSent();
    attempt.sentAt ??= new Date();
  };
  const raw = await context
    .send({
      call,
      path: operation.path,
      body: text,
      accessToken,
      freshConnection: operation.resend === "once",
      timeoutMs: Math.min(longestMs, leftMs),
      signal: end.signal,
      onSent,
    })
    .finally(() => end.release());
  call.retryAfterMs = retryAfterMs(raw.header("retry-after"), raw.header("date"));
  const judged = await judge({ context, operation, body, call }, raw);
  context.platformClock.note(raw.header("date"), attempt.sentAt);
  return judged;
}

/** Sleeps before the next attempt, or throws the error where there must be none. */
async function backOff(running: Running, call: CallFacts, error: unknown): Promise<void> {
  const { settings, context, operation, deadline } = running;
  const { clock, budget } = context;
  const { retryAfterMs: askedMs, attempts } = call;
  if (isReasonOf(settings.signal, error)) throw error;
  const isTooMuch = error instanceof ApiError && error.status === 429;
  // A pause that the platform asked one call for holds for all.
  const pauseMs = askedMs ?? (isTooMuch ? defaultPauseMs : undefined);
  if (pauseMs !== undefined) context.limiter.pause(pauseMs);
  if (!isPassing(error) || (operation.resend === "once" && !hadNoEffect(error))) throw error;
  // It may have aborted while the answer was waited for all the same.
  settings.signal?.throwIfAborted();
  if (attempts >= Math.min(context.maxAttempts, settings.maxAttempts ?? Infinity)) throw error;
  const delayMs = backoffMs(attempts, pauseMs);
  if (clock.now() + delayMs >= deadline || !budget.spend()) throw error;
  running.failure = error;
  context.onEvent({
    type: "retry",
    operation: operation.name,
    attempt: attempts,
    delayMs,
    error,
    ...(askedMs !== undefined && askedMs > longPauseMs && { askedMs }),
  });
  await clock.sleep(delayMs, settings.signal);
}

function refused({ host, operation }: CallFacts, refusal: Refusal): AuthError {
  return operation === "token"
    ? authError("login_not_reached", { host, refusal })
    : authError("new_token_refused", { host, refusal, operation });
}
