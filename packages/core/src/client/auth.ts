import {
  type AccessToken,
  type Credentials,
  isFresh,
  isTokenText,
  logIn,
  toAccessToken,
} from "./access-token.ts";
import { AuthError, ConnectionError } from "../errors/errors.ts";
import type { Refusal } from "../errors/rules/auth-rules.ts";
import { authError } from "../errors/call-errors.ts";
import type { ClientEvent } from "../transport/client-event.ts";
import type { CallContext, Replacement, TokenSource, TokenWait } from "../calls/call-context.ts";
import { operations } from "../calls/operations.ts";
import { SharedWork } from "../async/shared-work.ts";

/** Whose token it is, and of which platform. */
export interface TokenOwner {
  /** Address of the platform that issued it, as `client.baseUrl` has it: the only one that it is sent to. */
  readonly baseUrl: string;
  /** Login name; `undefined` where the client has no credentials, and takes the token of anybody. */
  readonly username: string | undefined;
}

/** A token as a store keeps it. */
export type StoredToken = AccessToken & TokenOwner;

/**
 * A place outside the process that keeps tokens, such as a file of mode 0600 for each owner. A token of another owner
 * than the one asked for is not used: not for another account, and not for another platform.
 */
export interface TokenStore {
  /** The kept token of an owner, if there is one. */
  read(owner: TokenOwner): Promise<StoredToken | undefined>;
  /** Keeps a new token. */
  write(token: StoredToken): Promise<void>;
  /** Forgets a token that the platform refused, if it is still the one kept for this owner. */
  remove(owner: TokenOwner, value: string): Promise<void>;
}

/** Where the tokens of a client come from. */
export interface TokenSettings {
  readonly credentials?: Credentials | undefined;
  readonly accessToken?: string | undefined;
  readonly tokenStore?: TokenStore | undefined;
  readonly onToken?: ((value: string) => void) | undefined;
}

type Held = AccessToken & Replacement;

/**
 * Creates the token source of one client.
 * @throws {AuthError} from its calls: nothing to log in with, or the login is refused.
 */
export function createTokenSource(context: CallContext, settings: TokenSettings): TokenSource {
  const { credentials, accessToken, tokenStore: store, onToken } = settings;
  const work = new SharedWork<Held>();
  const owner: TokenOwner = { baseUrl: context.baseUrl, username: credentials?.username };
  const logInOnce = createLogin(context);
  let held: Held | undefined =
    accessToken === undefined
      ? undefined
      : { ...toAccessToken(accessToken, undefined), isFromLogin: false };

  function hold(token: AccessToken, isFromLogin: boolean): Held {
    context.secrets.add(token.value);
    onToken?.(token.value);
    held = { ...token, isFromLogin };
    return held;
  }

  // Without credentials a token is used even when this machine's clock says that it has expired.
  const isUsable = (token: AccessToken) => credentials === undefined || isFresh(token);

  async function renew(
    refused: string | undefined,
    refusal: Refusal | undefined,
    end: AbortSignal,
  ) {
    // A store of plain JavaScript may answer null.
    const kept = (await orTell(context, "read", () => store?.read({ ...owner }))) ?? undefined;
    context.secrets.add(kept?.value);
    const isOther = kept !== undefined && isOf(kept, owner) && kept.value !== refused;
    if (isOther && isTokenText(kept.value) && isUsable(kept)) return hold(kept, false);
    if (refused !== undefined)
      await orTell(context, "remove", () => store?.remove({ ...owner }, refused));
    if (credentials === undefined) throw toNoWayIn(context.host, refusal);
    const token = await logInOnce(credentials, end);
    const fresh = hold(token, true);
    await orTell(context, "write", () => store?.write({ ...token, ...owner }));
    return fresh;
  }

  const join = (wait: TokenWait, refused?: string, refusal?: Refusal): Promise<Held> =>
    work.join((end) => renew(refused, refusal, end), {
      ...wait,
      toTimeoutError: () => toTooSlow(context.host, wait.timeoutMs),
    });

  return {
    async get(wait) {
      if (held !== undefined && isUsable(held)) return held.value;
      return (await join(wait, held?.value)).value;
    },
    async replace(refused, refusal, wait) {
      // A late refusal of an old token must not throw away the new one.
      if (held !== undefined && held.value !== refused) return held;
      // Without credentials there is no new token: the next call gets the platform's refusal again.
      if (credentials !== undefined) held = undefined;
      return join(wait, refused, refusal);
    },
  };
}

// Repeated wrong logins may lock an account: a loop over calls must not send them.
const refusedMs = 300_000;

function createLogin(context: CallContext) {
  const { clock } = context;
  let last: { readonly refusal: AuthError; readonly at: number } | undefined;
  return async (credentials: Credentials, end: AbortSignal): Promise<AccessToken> => {
    if (last !== undefined && clock.now() < last.at + refusedMs) throw last.refusal;
    try {
      return await logIn(context, credentials, end);
    } catch (error) {
      const isRefused = error instanceof AuthError && error.reason === "login_refused";
      if (isRefused) last = { refusal: error, at: clock.now() };
      throw error;
    }
  };
}

/** Whether a token may be sent for its new owner; a store may have mixed up what it keeps. */
function isOf(token: StoredToken, { baseUrl, username }: TokenOwner): boolean {
  return token.baseUrl === baseUrl && (username === undefined || token.username === username);
}

/** Uses the store; its failure is an event and costs a login, not the call. */
async function orTell<Value>(
  context: CallContext,
  action: (ClientEvent & { type: "store" })["action"],
  run: () => Promise<Value> | undefined,
): Promise<Value | undefined> {
  try {
    return await run();
  } catch (error) {
    context.onEvent({ type: "store", action, error });
    return undefined;
  }
}

function toNoWayIn(host: string, refusal: Refusal | undefined): AuthError {
  return refusal === undefined
    ? authError("no_login", { host })
    : authError("token_refused", { host, refusal });
}

function toTooSlow(host: string, timeoutMs: number): ConnectionError {
  const call = { operation: operations.token.name, host, attempts: 1 };
  const why = { rule: "late_login", params: { ms: Math.max(0, Math.round(timeoutMs)) } } as const;
  return new ConnectionError(call, { reason: "TIMEOUT", why, sent: false });
}
