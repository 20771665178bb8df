import type { Refusal, WireOptions } from "./wire.ts";
import type { FaultAction } from "./faults.ts";

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** What a further call says: its `data`, or a refusal. */
export type RouteAnswer =
  | { readonly data: Readonly<Record<string, unknown>> }
  | { readonly refusal: Refusal };

/** What comes of a call, and the job that it is about. */
export type Result = RouteAnswer & { readonly jobId?: string };

/** The refusal of a token (wire 1.2). */
export function refusedToken(status: number): Refusal {
  return { status, code: -1, message: "token expired" };
}

/** Puts a result into the platform's form: enveloped, or bare as on the page. */
export function toReply(result: RouteAnswer, wire: WireOptions): Reply {
  if ("refusal" in result) {
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

/** Escapes for terminals, workflow commands, HTML, Markdown and mermaid, in one text. */
export const hostileText =
  "\u001B]0;owned\u0007\u001B[2J\u001B[1A\r::error::forged\n::set-output name=a::b\n##[error]forged\u202E\u2028" +
  '<script>alert(1)</script></details>\n\n# forged\n\n| a | b |\n```\n![x](http://127.0.0.1/x) [y](javascript:z)"; click A "javascript:z"';

const keptKeys = new Set(["job_id", "status", "access_token", "token_type", "expires_in"]);

/** A result changed by a fault: its texts or its status. */
export function alterResult(fault: FaultAction, result: RouteAnswer): RouteAnswer {
  if (fault.kind === "hostile-text") {
    const text = fault.text ?? hostileText;
    if ("data" in result) return { data: toHostile(result.data, text) };
    return { refusal: { ...result.refusal, message: text } };
  }
  if (fault.kind === "unknown-status" && "data" in result && "status" in result.data) {
    return { data: { ...result.data, status: fault.status ?? "job_hibernating" } };
  }
  return result;
}

function toHostile(
  data: Readonly<Record<string, unknown>>,
  text: string,
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(data).map(([key, value]): [string, unknown] => {
    const isNumeric = typeof value === "string" && /^\d+$/.test(value);
    if (keptKeys.has(key) || isNumeric) return [key, value];
    if (typeof value === "string") return [key, text];
    if (Array.isArray(value)) return [key, value.map((item) => toHostileItem(item, text))];
    return [key, toHostileItem(value, text)];
  });
  return Object.fromEntries(entries);
}

function toHostileItem(value: unknown, text: string): unknown {
  if (typeof value !== "object" || value === null) return value;
  return toHostile({ ...value }, text);
}

/** The reply of a fault instead of the platform's own; `undefined` where the platform's own is sent. */
export function toFaultReply(fault: FaultAction, wire: WireOptions): Reply | undefined {
  switch (fault.kind) {
    case "html-200":
      return toPage(200, "统一身份认证", loginForm);
    case "login-redirect": {
      const location = fault.location ?? "/auth/realms/local/login";
      return { ...toPage(302, "302 Found"), headers: { location, "content-type": "text/html" } };
    }
    case "rate-limit":
      return toRateLimit(fault, wire);
    case "server-error":
      return toJsonReply(500, { code: fault.code ?? 100000, message: "内部服务错误", data: null });
    case "gateway-error": {
      const status = fault.status ?? 502;
      return toPage(status, `${status} ${gatewayTexts[status]}`);
    }
    case "token-refused":
      return toReply({ refusal: refusedToken(fault.status ?? 200) }, wire);
    case "reply":
      return { status: fault.status, headers: { ...fault.headers }, body: fault.body };
    default:
      return undefined;
  }
}

const gatewayTexts = { 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout" };
const loginForm = '<form action="/login"><input name="username"><input name="password"></form>';

function toRateLimit(fault: FaultAction & { kind: "rate-limit" }, wire: WireOptions): Reply {
  const reply =
    fault.body === "json"
      ? toJsonReply(429, { code: 429, message: "Too Many Requests", data: null })
      : toPage(429, "429 Too Many Requests");
  if (fault.retryAfterSec === undefined) return reply;
  const date = new Date(Date.now() + wire.clockAheadMs + fault.retryAfterSec * 1000);
  const isDate = fault.retryAfterForm === "date";
  const value = isDate ? date.toUTCString() : String(fault.retryAfterSec);
  return { ...reply, headers: { ...reply.headers, "retry-after": value } };
}

/** A page such as the gateway sends (wire 1.4). */
export function toPage(status: number, title: string, content = ""): Reply {
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n${content}<hr><center>openresty</center>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body };
}
