import type { IncomingMessage } from "node:http";
import type { SecureContext } from "node:tls";
import type { BrokenConnectionRule } from "../../errors/rules/connection-rules.ts";
import { excerpt } from "../../text/text.ts";
import { hasLogin, type ProxyServer } from "./proxy.ts";

/** A proxy and how to speak of it. */
export interface Proxy {
  readonly server: ProxyServer;
  /** The variable or option that names it. */
  readonly source: string;
  /** The proxy for messages, without credentials. */
  readonly via: string;
  /** The trusted roots for an https proxy, where they differ from Node's own. */
  readonly trust: SecureContext | undefined;
}

/** The proxy that was asked, and for what. */
export interface Asked extends Pick<Proxy, "server" | "source"> {
  /** Host and port behind the proxy. */
  readonly target: string;
}

/** What a proxy answered in HTTP, also to CONNECT. */
export type ProxyAnswer = Pick<IncomingMessage, "statusCode" | "headers">;

function toHeader(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(", ") : (value ?? "");
}

/** Why no login, or another one, is wanted. */
function ruleOfLogin({ server, source }: Asked, { headers }: ProxyAnswer): BrokenConnectionRule {
  const schemes =
    toHeader(headers["proxy-authenticate"]).match(
      /\b(?:Basic|Digest|NTLM|Negotiate|Kerberos|Bearer)\b/gi,
    ) ?? [];
  if (schemes.length > 0 && !schemes.some((scheme) => /^basic$/i.test(scheme))) {
    const methods = [...new Set(schemes)].join(", ");
    return { rule: "proxy_login_method", params: { methods } };
  }
  const rule = hasLogin(server) ? "proxy_login_refused" : "proxy_wants_login";
  return { rule, params: { source } };
}

/** Why a proxy opened no connection, or answered in the place of the platform. */
export function ruleOfAnswer(asked: Asked, answer: ProxyAnswer): BrokenConnectionRule {
  const { statusCode: status = 0, headers } = answer;
  // tinyproxy calls a wrong login 401.
  if (status === 407 || status === 401) return ruleOfLogin(asked, answer);
  const word = excerpt(toHeader(headers["x-squid-error"]).split(" ", 1)[0] ?? "", 60) || undefined;
  const params = { target: asked.target, status, word };
  if (word === "ERR_DNS_FAIL") return { rule: "proxy_no_name", params };
  if (word !== undefined && /CONNECT_FAIL|CANNOT_FORWARD|LIFETIME_EXP/.test(word))
    return { rule: "proxy_no_way", params };
  if (status === 403 || word === "ERR_ACCESS_DENIED") return { rule: "proxy_denied", params };
  return { rule: "proxy_answered", params };
}

const noTunnel = new Set([400, 404, 405, 501]);

/** Why a proxy opened no tunnel. */
export function ruleOfConnect(asked: Asked, answer: ProxyAnswer): BrokenConnectionRule {
  const why = ruleOfAnswer(asked, answer);
  if (why.rule !== "proxy_answered") return why;
  if (noTunnel.has(answer.statusCode ?? 0)) return { rule: "proxy_no_tunnel", params: why.params };
  return { rule: "proxy_no_way", params: why.params };
}

// Programs that name themselves in what they answer themselves; what they pass on has the origin's name.
const proxies =
  /^(?:squid|tinyproxy|privoxy|mitmproxy|polipo|varnish|bluecoat|zscaler|mcafee|fortigate)\b/i;

/** Whether an answer that came by a plain http proxy is its own. */
export function isProxysOwn({ statusCode: status = 0, headers }: ProxyAnswer): boolean {
  if (status < 400) return false;
  if (status === 407 || "proxy-authenticate" in headers || "x-squid-error" in headers) return true;
  return proxies.test(toHeader(headers.server));
}
