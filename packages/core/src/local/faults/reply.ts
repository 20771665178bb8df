import type { Refusal, WireOptions } from "./wire.ts";

/** A reply, as it is sent. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** The result of an operation, before it is a reply. */
export type Result =
  | { ok: true; data: Record<string, unknown>; jobId?: string }
  | { ok: false; refusal: Refusal; jobId?: string };

/** Puts a result into the platform's form: enveloped, or bare as on the page. */
export function toReply(result: Result, wire: WireOptions): Reply {
  if (!result.ok) {
    const { status, code, message } = result.refusal;
    // Bare, only the HTTP status can say no.
    const bareStatus = status >= 400 ? status : code === -1 ? 401 : 400;
    if (wire.envelope === "newer")
      return toNewerReply({ Error: { Code: String(code), Message: message } });
    const body = { code, [wire.messageKey]: message, data: null };
    return toJsonReply(wire.envelope ? status : bareStatus, body);
  }
  const data = wire.numbers === "string" ? toTextNumbers(result.data) : result.data;
  if (wire.envelope === "newer") return toNewerReply({}, data);
  return toJsonReply(200, wire.envelope ? { code: 0, [wire.messageKey]: "success", data } : data);
}

/** The newer interface says every error with HTTP 200 (wire 1.1). */
function toNewerReply(metadata: object, data?: unknown): Reply {
  const ResponseMetadata = { RequestId: "local", ...metadata };
  return toJsonReply(200, { ResponseMetadata, Result: data });
}

export function toJsonReply(status: number, value: unknown): Reply {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(value),
  };
}

/** The reply of an unrouted path (wire 1.3). */
export const notFoundReply: Reply = {
  status: 404,
  headers: { "content-type": "text/plain" },
  body: "404 page not found",
};

function toTextNumbers(value: unknown): unknown {
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map(toTextNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toTextNumbers(item)]));
}
