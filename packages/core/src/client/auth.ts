import {
  type AccessToken,
  type Credentials,
  isFresh,
  isTokenText,
  logIn,
  toAccessToken,
} from "./access-token.ts";
import { AuthError, ConnectionError } from "../errors/errors.ts";
import { inputError } from "../errors/input-errors.ts";
import type { Refusal } from "../errors/rules/auth-rules.ts";
import { authError } from "../errors/call-errors.ts";
import type { ClientEvent } from "../transport/request.ts";
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

interface TokenSettings {
  readonly credentials: Credentials | undefined;
  readonly accessToken: string | undefined;
  readonly tokenStore: TokenStore | undefined;
  readonly onToken: (value: string) => void;
}

type Held = AccessToken & Replacement;

// Repeated wrong logins may lock an account: a loop over calls must not send them.
const refusedMs = 300_000;

export class Tokens implements TokenSource {
  readonly #context: CallContext;
  readonly #settings: TokenSettings;
  readonly #owner: TokenOwner;
  readonly #work = new SharedWork<Held>();
  #held: Held | undefined;
  #refused: { readonly refusal: AuthError; readonly at: number } | undefined;

  /** @throws {InputError} the token that is given is none. */
  constructor(context: CallContext, settings: TokenSettings) {
    const { accessToken, credentials } = settings;
    this.#context = context;
    this.#settings = settings;
    this.#owner = { baseUrl: context.baseUrl, username: credentials?.username };
    if (accessToken === undefined) return;
    if (!isTokenText(accessToken)) throw inputError("token_form");
    this.#hold(toAccessToken(accessToken, undefined), false);
  }

  async get(wait: TokenWait): Promise<string> {
    if (this.#held !== undefined && this.#isUsable(this.#held)) return this.#held.value;
    return (await this.#join(wait, this.#held?.value)).value;
  }

  async replace(refused: string, refusal: Refusal, wait: TokenWait): Promise<Replacement> {
    // A late refusal of an old token must not throw away the new one.
    if (this.#held !== undefined && this.#held.value !== refused) return this.#held;
    // Without credentials there is no new token: the next call gets the platform's refusal again.
    if (this.#settings.credentials !== undefined) this.#held = undefined;
    return this.#join(wait, refused, refusal);
  }

  #hold(token: AccessToken, isFromLogin: boolean): Held {
    this.#context.secrets.add(token.value);
    this.#settings.onToken(token.value);
    this.#held = { ...token, isFromLogin };
    return this.#held;
  }

  // Without credentials a token is used even when this machine's clock says that it has expired.
  #isUsable(token: AccessToken): boolean {
    return this.#settings.credentials === undefined || isFresh(token);
  }

  #join(wait: TokenWait, refused?: string, refusal?: Refusal): Promise<Held> {
    return this.#work.join((end) => this.#renew(refused, refusal, end), {
      ...wait,
      toTimeoutError: () => toTooSlow(this.#context.host, wait.timeoutMs),
    });
  }

  async #renew(
    refused: string | undefined,
    refusal: Refusal | undefined,
    end: AbortSignal,
  ): Promise<Held> {
    const { credentials, tokenStore: store } = this.#settings;
    const owner = this.#owner;
    // A store of plain JavaScript may answer null.
    const kept = (await this.#orTell("read", () => store?.read({ ...owner }))) ?? undefined;
    this.#context.secrets.add(kept?.value);
    const isOther = kept !== undefined && isOf(kept, owner) && kept.value !== refused;
    if (isOther && isTokenText(kept.value) && this.#isUsable(kept)) return this.#hold(kept, false);
    if (refused !== undefined)
      await this.#orTell("remove", () => store?.remove({ ...owner }, refused));
    if (credentials === undefined) {
      const { host } = this.#context;
      throw refusal
        ? authError("token_refused", { host, refusal })
        : authError("no_login", { host });
    }
    const token = await this.#logIn(credentials, end);
    const fresh = this.#hold(token, true);
    await this.#orTell("write", () => store?.write({ ...token, ...owner }));
    return fresh;
  }

  async #logIn(credentials: Credentials, end: AbortSignal): Promise<AccessToken> {
    const { clock } = this.#context;
    const last = this.#refused;
    if (last !== undefined && clock.now() < last.at + refusedMs) throw last.refusal;
    try {
      return await logIn(this.#context, credentials, end);
    } catch (error) {
      const isRefused = error instanceof AuthError && error.reason === "login_refused";
      if (isRefused) this.#refused = { refusal: error, at: clock.now() };
      throw error;
    }
  }

  /** Uses the store; its failure is an event and costs a login, not the call. */
  async #orTell<Value>(
    action: (ClientEvent & { type: "store" })["action"],
    run: () => Promise<Value> | undefined,
  ): Promise<Value | undefined> {
    try {
      return await run();
    } catch (error) {
      this.#context.onEvent({ type: "store", action, error });
      return undefined;
    }
  }
}

/** Whether a token may be sent for its new owner; a store may have mixed up what it keeps. */
function isOf(token: StoredToken, { baseUrl, username }: TokenOwner): boolean {
  return token.baseUrl === baseUrl && (username === undefined || token.username === username);
}

function toTooSlow(host: string, timeoutMs: number): ConnectionError {
  const call = { operation: operations.token.name, host, attempts: 1 };
  const why = { rule: "late_login", params: { ms: Math.max(0, Math.round(timeoutMs)) } } as const;
  return new ConnectionError(call, { reason: "TIMEOUT", why, sent: false });
}
