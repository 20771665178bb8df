/** When a token lapses by its own `exp`, epoch ms; `undefined` where it says nothing (wire-facts 1.5). */
export function readTokenEnd(token: string): number | undefined {
  try {
    const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
    const { exp } = Object(JSON.parse(payload));
    return typeof exp === "number" && Number.isFinite(exp) ? exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
