import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** Issues and checks access tokens. */
export interface TokenDesk {
  /** Every token issued since the start. */
  readonly issued: readonly string[];
  /** A new token and its life in whole seconds. */
  issue(): { accessToken: string; expiresInSec: number };
  /** Tells whether an `Authorization` header opens the platform, and counts the use. */
  admits(authorization: string | undefined): boolean;
  /** On how many calls the header's token was used. */
  uses(authorization: string | undefined): number;
  /** Makes the header's token useless. */
  kill(authorization: string | undefined): void;
}

/**
 * A desk whose tokens look like the platform's (a JWT with `exp`, wire 1.5) and are signed with
 * `secret`, so that a restart with the same secret still knows them.
 */
export function createTokenDesk(secret: string, subject: string, ttlMs: number): TokenDesk {
  const issued: string[] = [];
  const useCounts = new Map<string, number>();
  const dead = new Set<string>();

  const sign = (text: string) => createHmac("sha256", secret).update(text).digest("base64url");

  function isSound(token: string): boolean {
    const [head, payload, signature] = token.split(".");
    if (!head || !payload || !signature || dead.has(token)) return false;
    const expected = Buffer.from(sign(`${head}.${payload}`));
    const given = Buffer.from(signature);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return false;
    // Sound to parse: the signature says that this desk wrote it.
    const claims: { exp_ms: number } = JSON.parse(Buffer.from(payload, "base64url").toString());
    return Date.now() < claims.exp_ms;
  }

  return {
    issued,
    issue() {
      const now = Date.now();
      const claims = {
        sub: subject,
        azp: "inspire-studio",
        jti: randomUUID(),
        iat: Math.floor(now / 1000),
        exp: Math.floor((now + ttlMs) / 1000),
        exp_ms: now + ttlMs,
      };
      const text = `${toPart({ alg: "HS256", typ: "JWT" })}.${toPart(claims)}`;
      const accessToken = `${text}.${sign(text)}`;
      issued.push(accessToken);
      return { accessToken, expiresInSec: Math.floor(ttlMs / 1000) };
    },
    admits(authorization) {
      const token = toToken(authorization);
      if (!isSound(token)) return false;
      useCounts.set(token, (useCounts.get(token) ?? 0) + 1);
      return true;
    },
    uses: (authorization) => useCounts.get(toToken(authorization)) ?? 0,
    kill: (authorization) => void dead.add(toToken(authorization)),
  };
}

function toPart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function toToken(authorization: string | undefined): string {
  return /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1] ?? "";
}
