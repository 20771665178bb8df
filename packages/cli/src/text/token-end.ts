import { readClaims } from "@qizhi/core/internal";

/** When a token expires by its own `exp`, epoch ms; `undefined` where it says nothing (wire 1.5). */
export function readTokenEnd(token: string): number | undefined {
  const { exp } = readClaims(token);
  return typeof exp === "number" && Number.isFinite(exp) ? exp * 1_000 : undefined;
}
