import { ApiError, AuthError, ConnectionError } from "./errors.ts";
import type { CallContext } from "./http/call.ts";
import { makeCall } from "./http/call.ts";
import { tokenOperation } from "./operations.ts";

/** A username and its password. */
export interface Credentials {
  /** Login name. */
  username: string;
  /** Password; sent only to `/auth/token`, never kept in a file or an error. */
  password: string;
}

/** An access token and when it lapses. */
export interface AccessToken {
  /** The bearer token. */
  value: string;
  /** When it lapses, epoch ms; `undefined` when not known. */
  expiresAt: number | undefined;
}

/** A place outside the process that keeps the token, such as a file of mode 0600. */
export interface TokenStore {
  /** The kept token, if there is one. */
  read(): Promise<AccessToken | undefined>;
  /** Keeps a new token. */
  write(token: AccessToken): Promise<void>;
  /** Forgets a token that the platform refused, if it is still the one kept. */
  remove(value: string): Promise<void>;
}

/** How long a caller may wait for a token. */
export interface TokenWait {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** Where calls get their token from. */
export interface TokenSource {
  /** A token that has not lapsed; asks for one when needed, once for any number of callers. */
  get(wait: TokenWait): Promise<string>;
  /** A token other than the refused one; asks for one unless somebody already has. */
  replace(refused: string, said: string, wait: TokenWait): Promise<string>;
}

/**
 * Makes the token source of one client.
 * @throws {AuthError} from its calls: nothing to log in with, or the login is refused.
 */
export function createTokenSource(
  context: CallContext,
  given: {
    credentials?: Credentials | undefined;
    accessToken?: string | undefined;
    store?: TokenStore | undefined;
    onToken?: ((value: string) => void) | undefined;
  },
): TokenSource {
  const { credentials, store } = given;
  let current =
    given.accessToken === undefined ? undefined : toAccessToken(given.accessToken, undefined);
  let pending: Promise<AccessToken> | undefined;

  async function renew(refused: string | undefined, said: string | undefined) {
    const kept = await store?.read();
    if (kept !== undefined && kept.value !== refused && isFresh(kept)) return keep(kept);
    if (refused !== undefined) await store?.remove(refused);
    if (credentials === undefined) throw noWayIn(context.host, said);
    const token = keep(await logIn(context, credentials));
    await store?.write(token);
    return token;
  }

  function keep(token: AccessToken): AccessToken {
    given.onToken?.(token.value);
    current = token;
    return token;
  }

  // One login for all callers; it is nobody's own, so no caller's signal ends it.
  function shared(refused: string | undefined, said: string | undefined): Promise<AccessToken> {
    pending ??= renew(refused, said).finally(() => {
      pending = undefined;
    });
    return pending;
  }

  return {
    async get(wait) {
      // Without credentials a token is used even when this machine's clock calls it lapsed.
      const isUsable = current !== undefined && (isFresh(current) || credentials === undefined);
      if (current !== undefined && isUsable) return current.value;
      return waitFor(shared(current?.value, undefined), context.host, wait);
    },
    async replace(refused, said, wait) {
      // A late refusal of an old token must not throw away the new one.
      if (current !== undefined && current.value !== refused) return current.value;
      current = undefined;
      return waitFor(shared(refused, said), context.host, wait);
    },
  };
}

/** Asks the platform for a token; a fresh one each time. */
export async function logIn(context: CallContext, credentials: Credentials): Promise<AccessToken> {
  context.onEvent({ type: "login", host: context.host });
  const { username, password } = credentials;
  try {
    const answer = await makeCall(context, tokenOperation, { username, password }, {});
    return toAccessToken(answer.access_token ?? "", answer.expires_in);
  } catch (error) {
    throw error instanceof ApiError && error.status !== 429 && error.status < 500
      ? loginRefused(error)
      : error;
  }
}

// Early enough for a slow request, also where tokens live for seconds only.
function isFresh({ expiresAt }: AccessToken): boolean {
  return expiresAt === undefined || Date.now() < expiresAt;
}

/**
 * Reads when a token lapses, less a margin of a tenth of its life or 5 minutes: from `expires_in`
 * seconds or from the token's own `exp`, whichever ends first. Where `iat` is there, only the life is
 * read, so that a wrong clock on this machine does no harm.
 */
export function toAccessToken(value: string, expiresInSeconds: number | undefined): AccessToken {
  const lives = [expiresInSeconds, readLife(value)].filter((life) => life !== undefined);
  if (lives.length === 0) return { value, expiresAt: undefined };
  const lifeMs = Math.min(...lives) * 1_000;
  return { value, expiresAt: Date.now() + lifeMs - Math.min(300_000, lifeMs * 0.1) };
}

/** Seconds that a token lives by its own claims; `undefined` where it has none. */
function readLife(token: string): number | undefined {
  try {
    const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
    const claims: unknown = JSON.parse(payload);
    if (typeof claims !== "object" || claims === null || !("exp" in claims)) return undefined;
    const from = "iat" in claims ? Number(claims.iat) : Date.now() / 1_000;
    const life = Number(claims.exp) - from;
    return Number.isFinite(life) && life > 0 ? life : undefined;
  } catch {
    return undefined;
  }
}

function noWayIn(host: string, refusal: string | undefined): AuthError {
  return refusal === undefined
    ? new AuthError(
        "missing",
        `Not logged in to ${host}.`,
        "Give a username and a password, or an access token.",
      )
    : new AuthError(
        "token_refused",
        `The access token for ${host} is not accepted: ${refusal}.`,
        "Log in again, or give a new token.",
      );
}

function loginRefused(error: ApiError): AuthError {
  const said = error.platformMessage || `code ${error.platformCode}`;
  const summary = `${error.call.host} refused the login: ${said}.`;
  if (!/invalid_grant|invalid client|access denied/i.test(said)) {
    return new AuthError("login_refused", summary, "Check the username and the password.");
  }
  // The platform says the same for both causes (wire-facts 1.3).
  return new AuthError(
    "login_refused",
    summary,
    "Either the username or the password is wrong, or the OpenAPI is not enabled for this account: open it in the web console under 个人中心 → OpenAPI, or ask the administrators. It was not tried again, because repeated wrong logins may lock an account.",
  );
}

/** Waits for the shared login no longer than the caller may: until its signal or its deadline. */
async function waitFor(
  login: Promise<AccessToken>,
  host: string,
  { signal, timeoutMs }: TokenWait,
): Promise<string> {
  signal?.throwIfAborted();
  const { promise, reject } = withReject<never>();
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => reject(loginTooSlow(host, timeoutMs)), timeoutMs);
  try {
    return (await Promise.race([login, promise])).value;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

function loginTooSlow(host: string, timeoutMs: number): ConnectionError {
  const call = { operation: tokenOperation.name, host, attempts: 1 };
  const text = `no login within ${Math.round(timeoutMs)} ms`;
  return new ConnectionError(call, { reason: "TIMEOUT", text, sent: false });
}

function withReject<Value>(): { promise: Promise<Value>; reject: (reason: unknown) => void } {
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<Value>((_, rejectIt) => {
    reject = rejectIt;
  });
  return { promise, reject };
}
