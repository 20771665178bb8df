import { type AccessToken, isTokenText, toAccessToken } from "./access-token.ts";
import { ApiError, type AuthError, ResponseError } from "../errors/errors.ts";
import { authError } from "../errors/call-errors.ts";
import { makeCall } from "../calls/call.ts";
import type { CallContext } from "../calls/call-context.ts";
import { isPassing } from "../calls/retry.ts";
import { operations } from "../calls/operations.ts";

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
