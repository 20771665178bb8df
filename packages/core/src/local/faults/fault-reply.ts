import type { FaultAction } from "./faults.ts";
import { toJsonReply, toReply, type Reply, type Result } from "./reply.ts";
import type { WireOptions } from "./wire.ts";

/** Escapes for terminals, workflow commands, HTML, Markdown and mermaid, in one text. */
export const hostileText =
  "\u001B]0;owned\u0007\u001B[2J\u001B[1A\r::error::forged\n::set-output name=a::b\n##[error]forged\u202E\u2028" +
  '<script>alert(1)</script></details>\n\n# forged\n\n| a | b |\n```\n![x](http://127.0.0.1/x) [y](javascript:z)"; click A "javascript:z"';

const keptKeys = new Set(["job_id", "status", "access_token", "token_type", "expires_in"]);

/** A result changed by a fault: its texts or its status. */
export function alterResult(fault: FaultAction, result: Result): Result {
  if (fault.kind === "hostile-text") {
    const text = fault.text ?? hostileText;
    if (!result.ok) return { ...result, refusal: { ...result.refusal, message: text } };
    return { ...result, data: toHostile(result.data, text) };
  }
  if (fault.kind === "unknown-status" && result.ok && "status" in result.data) {
    return { ...result, data: { ...result.data, status: fault.status ?? "job_hibernating" } };
  }
  return result;
}

function toHostile(data: Record<string, unknown>, text: string): Record<string, unknown> {
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
      return toRateLimit(fault);
    case "server-error":
      return toJsonReply(500, { code: fault.code ?? 100000, message: "内部服务错误", data: null });
    case "gateway-error": {
      const status = fault.status ?? 502;
      return toPage(status, `${status} ${gatewayTexts[status]}`);
    }
    case "token-refused": {
      const refusal = { status: fault.status ?? 200, code: -1, message: "token expired" };
      return toReply({ ok: false, refusal }, wire);
    }
    case "reply":
      return { status: fault.status, headers: { ...fault.headers }, body: fault.body };
    default:
      return undefined;
  }
}

const gatewayTexts = { 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout" };
const loginForm = '<form action="/login"><input name="username"><input name="password"></form>';

function toRateLimit(fault: FaultAction & { kind: "rate-limit" }): Reply {
  const reply =
    fault.body === "json"
      ? toJsonReply(429, { code: 429, message: "Too Many Requests", data: null })
      : toPage(429, "429 Too Many Requests");
  if (fault.retryAfterSec === undefined) return reply;
  const date = new Date(Date.now() + fault.retryAfterSec * 1000).toUTCString();
  const value = fault.retryAfterForm === "date" ? date : String(fault.retryAfterSec);
  return { ...reply, headers: { ...reply.headers, "retry-after": value } };
}

/** A page such as the gateway sends (wire 1.4). */
export function toPage(status: number, title: string, content = ""): Reply {
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n${content}<hr><center>openresty</center>\r\n</body>\r\n</html>\r\n`;
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body };
}
