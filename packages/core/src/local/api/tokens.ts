import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import type { PlatformSettings } from "../jobs/options.ts";

/**
 * Issues and checks access tokens that look like the platform's (a JWT with `exp`, wire 1.5). They are
 * signed with a secret, so that a restart with the same secret still knows them.
 */
export class TokenDesk {
  /** Every token issued since the start. */
  readonly issued: string[] = [];
  readonly #secret: string;
  readonly #subject: string;
  readonly #ttlMs: number;
  readonly #clockAheadMs: number;
  readonly #useCounts = new Map<string, number>();
  readonly #dead = new Set<string>();

  constructor(secret: string, subject: string, { tokenTtlMs, wire }: PlatformSettings) {
    this.#secret = secret;
    this.#subject = subject;
    this.#ttlMs = tokenTtlMs;
    this.#clockAheadMs = wire.clockAheadMs;
  }

  /** A new token and its life in whole seconds. */
  issue(): { accessToken: string; expiresInSec: number } {
    const now = Date.now();
    const shown = now + this.#clockAheadMs;
    const claims = {
      sub: this.#subject,
      azp: "inspire-studio",
      jti: randomUUID(),
      iat: Math.floor(shown / 1000),
      exp: Math.floor((shown + this.#ttlMs) / 1000),
      exp_ms: now + this.#ttlMs,
    };
    const text = `${toPart({ alg: "HS256", typ: "JWT" })}.${toPart(claims)}`;
    const accessToken = `${text}.${this.#sign(text)}`;
    this.issued.push(accessToken);
    return { accessToken, expiresInSec: Math.floor(this.#ttlMs / 1000) };
  }

  /** Whether an `Authorization` header holds a valid token, whose use is counted. */
  admits(authorization: string | undefined): boolean {
    const token = toToken(authorization);
    if (!this.#isValid(token)) return false;
    this.#useCounts.set(token, (this.#useCounts.get(token) ?? 0) + 1);
    return true;
  }

  /** On how many calls the header's token was used. */
  uses(authorization: string | undefined): number {
    return this.#useCounts.get(toToken(authorization)) ?? 0;
  }

  kill(authorization: string | undefined): void {
    this.#dead.add(toToken(authorization));
  }

  #isValid(token: string): boolean {
    const [head, payload, signature] = token.split(".");
    if (!head || !payload || !signature || this.#dead.has(token)) return false;
    const expected = Buffer.from(this.#sign(`${head}.${payload}`));
    const given = Buffer.from(signature);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return false;
    // Safe to parse: the signature says that this desk wrote it.
    const claims: { exp_ms: number } = JSON.parse(Buffer.from(payload, "base64url").toString());
    return Date.now() < claims.exp_ms;
  }

  #sign(text: string): string {
    return createHmac("sha256", this.#secret).update(text).digest("base64url");
  }
}

function toPart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function toToken(authorization: string | undefined): string {
  return /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1] ?? "";
}
