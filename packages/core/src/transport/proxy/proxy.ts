import { inputError } from "../../errors/input-errors.ts";
import type { ProxyProblem } from "../../errors/rules/input-rules.ts";
import { loadNet, toAuthority, withoutBrackets } from "../connection/address.ts";
import { toSettingError } from "../connection/transport-error.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** A proxy as it is connected to; holds the password. */
export interface ProxyServer {
  readonly protocol: "http:" | "https:" | "socks5:" | "socks5h:";
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

/**
 * How a URL is reached. Safe to print, to inspect and to put into JSON: the credentials are in
 * none of these.
 */
export class ProxyRoute {
  /** The proxy with `***` for its credentials; undefined for a direct connection. */
  readonly url: string | undefined;
  /** The variable (or `option proxy`) that names the proxy, also when it was bypassed. */
  readonly source: string | undefined;
  /** Why the named proxy is not used: `loopback`, or the variable and its entry. */
  readonly bypassedBy: string | undefined;
  readonly #server: ProxyServer | undefined;

  constructor(source?: string, bypassedBy?: string, server?: ProxyServer) {
    this.url = server && toSafeUrl(server);
    this.source = source;
    this.bypassedBy = bypassedBy;
    this.#server = server;
  }

  get server(): ProxyServer | undefined {
    return this.#server;
  }
}

const DEFAULT_PORTS = { "http:": 80, "https:": 443, "socks5:": 1080, "socks5h:": 1080 } as const;

function isSupported(protocol: string): protocol is ProxyServer["protocol"] {
  return Object.hasOwn(DEFAULT_PORTS, protocol);
}

export function hasLogin({ username, password }: ProxyServer): boolean {
  return username !== "" || password !== "";
}

function toSafeUrl(server: ProxyServer): string {
  const { protocol, host, port } = server;
  return `${protocol}//${hasLogin(server) ? "***@" : ""}${toAuthority(host, port)}`;
}

function parseProxy(value: string, source: string): ProxyServer {
  // The value stays out of every message: it may hold a password.
  const refuse = (problem: ProxyProblem) =>
    toSettingError("PROXY_INVALID", inputError("proxy_form", { source, problem }));
  if (/^["'“‘]/.test(value)) throw refuse("quotes");
  const [, scheme = "http", rest = ""] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(value) ?? [];
  // Desktop settings write socks:// and mean that the proxy resolves names.
  const lower = scheme.toLowerCase();
  const protocol = lower === "socks" ? "socks5h:" : `${lower}:`;
  if (!isSupported(protocol)) throw refuse("scheme");
  const unreadable = rest.includes("@") ? "encoding" : "url";
  let server: ProxyServer;
  try {
    // A scheme unknown to URL keeps an explicit port 80 or 443.
    const url = new URL(`proxy://${rest}`);
    // A password with a bare / or # ends the host where it stands.
    if (`${url.pathname}${url.search}${url.hash}`.includes("@")) throw refuse("encoding");
    server = {
      protocol,
      host: withoutBrackets(url.hostname),
      port: url.port === "" ? DEFAULT_PORTS[protocol] : Number(url.port),
      username: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
    };
  } catch {
    throw refuse(unreadable);
  }
  if (server.host === "") throw refuse("host");
  const isSocks = protocol.startsWith("socks");
  const { username, password } = server;
  if (isSocks && [username, password].some((text) => Buffer.byteLength(text) > 255))
    throw refuse("length");
  return server;
}

function firstSet(env: Env, names: readonly string[]): [string, string] | undefined {
  for (const name of names) {
    const value = env[name]?.trim();
    if (value) return [name, value];
  }
  return undefined;
}

interface Target {
  readonly host: string;
  readonly port: number;
  /** 4 or 6 for an address, 0 for a name. */
  readonly family: number;
}

function toTarget(url: URL): Target {
  const host = withoutBrackets(url.hostname).replace(/\.$/, "");
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  return { host, port, family: loadNet().isIP(host) };
}

/** Whether an address is in a network, `network` alone being the network of that one address. */
function isInNetwork({ host, family }: Target, network: string, prefix?: string): boolean {
  const { BlockList, isIP } = loadNet();
  const networkFamily = isIP(network);
  const bits = networkFamily === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : Number(prefix);
  if (family === 0 || networkFamily === 0 || length > bits) return false;
  const list = new BlockList();
  list.addSubnet(network, length, networkFamily === 6 ? "ipv6" : "ipv4");
  return list.check(host, family === 6 ? "ipv6" : "ipv4");
}

function isLoopback(target: Target): boolean {
  return (
    /(?:^|\.)localhost$/.test(target.host) ||
    isInNetwork(target, "127.0.0.0", "8") ||
    isInNetwork(target, "::1")
  );
}

function toAscii(name: string): string {
  try {
    return new URL(`http://${name}`).hostname;
  } catch {
    return name;
  }
}

/** Whether one entry of NO_PROXY covers a target. An entry that cannot be read covers nothing. */
function isCovered(target: Target, entry: string): boolean {
  if (entry === "*") return true;
  const network = /^\[?([0-9a-f.:]+)\]?\/(\d{1,3})$/i.exec(entry);
  if (network) return isInNetwork(target, network[1] ?? "", network[2]);
  if (isInNetwork(target, withoutBrackets(entry))) return true;
  const [, host = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  if (host === "" || (port !== undefined && Number(port) !== target.port)) return false;
  if (target.family !== 0) return isInNetwork(target, withoutBrackets(host));
  const name = toAscii(host.replace(/^\*?\./, "").replace(/\.$/, ""));
  return name !== "" && (target.host === name || target.host.endsWith(`.${name}`));
}

function findBypass(target: Target, env: Env): string | undefined {
  const list = firstSet(env, ["no_proxy", "NO_PROXY"]);
  const entry = list?.[1].split(/[\s,]+/).find((candidate) => isCovered(target, candidate));
  if (list && entry !== undefined) {
    return `${list[0]}: ${entry}`;
  }
  return isLoopback(target) ? "loopback" : undefined;
}

/**
 * Decides how a URL is reached: directly or through which proxy, and why (wire 8).
 *
 * Variables, as curl reads them: `https_proxy`, `HTTPS_PROXY` (or `http_proxy`, `HTTP_PROXY` for an
 * http URL), then `all_proxy`, `ALL_PROXY`; an empty one counts as not set. A value without a scheme
 * is an http proxy. `socks5h` (and `socks`) leave the name to the proxy, `socks5` resolves it here.
 *
 * `no_proxy`, `NO_PROXY` win over them: entries separated by commas or spaces, each `*`, a name that
 * covers itself and everything below it (`sii.edu.cn`, `.sii.edu.cn`, `*.sii.edu.cn`), an address, a
 * network (`10.0.0.0/8`), all but the network with an optional `:port`. Loopback (127.0.0.0/8, ::1,
 * localhost) is never proxied, so that the local platform works under HTTP_PROXY; curl differs here.
 * @param proxy A proxy URL used whatever the variables say, also for loopback; `false` for none.
 * @throws TransportError with the code `PROXY_INVALID`, naming the variable and not its value.
 */
export function proxyFor(url: string | URL, env: Env, proxy?: string | false): ProxyRoute {
  if (proxy === false) return new ProxyRoute("option proxy", "option proxy: false");
  if (proxy !== undefined)
    return new ProxyRoute("option proxy", undefined, parseProxy(proxy.trim(), "option proxy"));
  const target = new URL(url);
  const scheme = target.protocol.slice(0, -1);
  const own = `${scheme}_proxy`;
  const found = firstSet(env, [own, own.toUpperCase(), "all_proxy", "ALL_PROXY"]);
  if (!found) return new ProxyRoute();
  const [source, value] = found;
  const bypassedBy = findBypass(toTarget(target), env);
  return bypassedBy === undefined
    ? new ProxyRoute(source, undefined, parseProxy(value, source))
    : new ProxyRoute(source, bypassedBy);
}

/** The `proxy-authorization` header for a proxy, or undefined where it has no credentials. */
export function toProxyAuthorization(server: ProxyServer): string | undefined {
  if (!hasLogin(server)) return undefined;
  return `Basic ${Buffer.from(`${server.username}:${server.password}`).toString("base64")}`;
}
