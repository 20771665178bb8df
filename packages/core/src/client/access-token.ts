import { ApiError, type AuthError, ResponseError } from "../errors/errors.ts";
import { authError } from "../errors/call-errors.ts";
import { makeCall } from "../calls/call.ts";
import type { CallContext } from "../calls/call-context.ts";
import { isPassing } from "../calls/retry.ts";
import { operations } from "../calls/operations.ts";

/** An access token and when it expires. */
export interface AccessToken {
  /** The bearer token. */
  value: string;
  /** When it expires, epoch ms; `undefined` when not known. */
  expiresAt: number | undefined;
}

/** Whether a text can be sent as a token in a header. */
export function isTokenText(value: string): boolean {
  return /^[\x21-\x7e]+$/.test(value);
}

export function isFresh({ expiresAt }: AccessToken): boolean {
  return expiresAt === undefined || Date.now() < expiresAt;
}

/**
 * Reads when a token expires, less a margin of a tenth of its life or 5 minutes: from `expires_in`
 * seconds or from the token's own `exp`, whichever ends first. Where `iat` is there, only the life is
 * read, so that a wrong clock on this machine does no harm.
 */
export function toAccessToken(value: string, expiresInSeconds: number | undefined): AccessToken {
  const lives = [expiresInSeconds, readLife(value)].filter(
    (life) => life !== undefined && life > 0,
  );
  // Early enough for a slow request, also where tokens live for seconds only.
  const lifeMs = Math.min(...lives.map(Number)) * 1_000;
  if (!Number.isFinite(lifeMs)) return { value, expiresAt: undefined };
  return { value, expiresAt: Date.now() + lifeMs - Math.min(300_000, lifeMs * 0.1) };
}

/** What a token says of itself, unchecked; nothing where it is no JWT. */
export function readClaims(token: string): Readonly<Record<string, unknown>> {
  try {
    const base64 = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return Object(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return {};
  }
}

/** When a token expires by its own `exp`, epoch ms; `undefined` where it says nothing (wire 1.5). */
export function readTokenEnd(token: string): number | undefined {
  const { exp } = readClaims(token);
  return typeof exp === "number" && Number.isFinite(exp) ? exp * 1_000 : undefined;
}

const dayMs = 86_400_000;

/** Whether a login may end before a wait does; one without a limit may last for a day. */
export function endsBeforeWait(loginEndsAt: number | undefined, waitMs: number = dayMs): boolean {
  return loginEndsAt !== undefined && loginEndsAt < Date.now() + waitMs;
}

/** Seconds that a token lives by its own claims; `undefined` where it has none. */
function readLife(token: string): number | undefined {
  const { exp, iat = Date.now() / 1_000 } = readClaims(token);
  const life = Number(exp) - Number(iat);
  return Number.isFinite(life) ? life : undefined;
}

/** A username and its password. */
export interface Credentials {
  /** Login name. */
  username: string;
  /** Password; sent only to `/auth/token`, never kept in a file or an error. */
  password: string;
}

/**
 * Asks the platform for a new token.
 * @throws {AuthError} the login is refused; it was not tried again.
 */
export async function logIn(
  context: CallContext,
  { username, password }: Credentials,
  signal: AbortSignal,
): Promise<AccessToken> {
  context.onEvent({ type: "login", host: context.host });
  try {
    const body = { username, password };
    // All calls wait for the token, also a stop.
    const settings = { signal, turn: "urgent" } as const;
    const answer = await makeCall(context, operations.token, body, settings);
    const value = answer.access_token ?? "";
    if (isTokenText(value)) return toAccessToken(value, answer.expires_in);
    const call = { operation: operations.token.name, host: context.host, attempts: 1 };
    throw new ResponseError(call, 200, { rule: "unfit_token", params: {} });
  } catch (error) {
    throw error instanceof ApiError && isRefusal(error) ? toLoginRefused(error) : error;
  }
}

const oauthRefusal = /invalid_grant|invalid client|access denied/i;

// A gateway in front may answer a wrong password with any status (wire 1.3), but one without the way there says
// nothing of it.
function isRefusal(error: ApiError): boolean {
  return (!isPassing(error) && !isNoRoute(error)) || oauthRefusal.test(error.platformMessage);
}

function isNoRoute({ status, platformCode, platformErrorName }: ApiError): boolean {
  if (platformCode !== undefined || platformErrorName !== undefined) return false;
  return [404, 405, 410].includes(status);
}

function toLoginRefused({ call, status, platformCode, platformMessage }: ApiError): AuthError {
  const kind = platformMessage ? "words" : "status";
  const refusal = { kind, status, said: platformMessage, platformCode } as const;
  const isEither = oauthRefusal.test(platformMessage);
  return authError(isEither ? "login_refused_or_closed" : "login_refused", {
    host: call.host,
    refusal,
  });
}
