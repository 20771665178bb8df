import { once } from "node:events";
import type { AgentOptions, ClientRequest } from "node:http";
import type { RequestOptions } from "node:https";
import type { Socket } from "node:net";
import { Agent, type AgentConnectOpts } from "agent-base";
import { HttpsProxyAgent } from "https-proxy-agent";
import { visibleText } from "../../text/text.ts";
import { addressTimeoutMs, loadNet, toAuthority, toServerName } from "../connection/address.ts";
import { toProxyAuthorization } from "./proxy.ts";
import type { Proxy } from "./proxy-answer.ts";
import { connectBySocks } from "./socks.ts";
import { PartError, toCallError } from "../connection/transport-error.ts";

export interface ProxiedRequestOptions extends RequestOptions {
  /** Aborted to give up a connection that is still being opened. */
  readonly connectSignal?: AbortSignal;
}

type ConnectOptions = AgentConnectOpts & Pick<ProxiedRequestOptions, "connectSignal">;

/**
 * An agent whose connections go through a proxy: with CONNECT by `https-proxy-agent`, or by SOCKS 5. A
 * request emits `proxyConnect` with what a proxy answered to its CONNECT.
 */
export class ProxyAgent extends Agent {
  readonly #proxy: Proxy;

  constructor(protocol: string, proxy: Proxy, options: AgentOptions) {
    super(options);
    // Without this the agent guesses the protocol from a stack trace.
    this.protocol = protocol;
    this.#proxy = proxy;
  }

  override connect(request: ClientRequest, options: ConnectOptions): Promise<Socket> {
    const isSocks = this.#proxy.server.protocol.startsWith("socks");
    return isSocks ? openSocks(this.#proxy, options) : openConnect(this.#proxy, request, options);
  }
}

function openConnect(
  { server, trust }: Proxy,
  request: ClientRequest,
  options: ConnectOptions,
): Promise<Socket> {
  const { host, port, protocol } = server;
  const authorization = toProxyAuthorization(server);
  // An agent for each connection, so that each can be given up alone. The URL is without credentials, as
  // DEBUG prints it.
  const url = new URL(`${protocol}//${toAuthority(host, port)}`);
  const agent = new HttpsProxyAgent<"https:">(url, {
    ...toSocketOptions(options),
    ...(protocol === "https:" && { servername: toServerName(host), rejectUnauthorized: true }),
    ...(trust && { secureContext: trust }),
    headers: authorization === undefined ? {} : { "Proxy-Authorization": authorization },
  });
  return agent.connect(request, options);
}

/** What the socket to the proxy takes over of a request. */
function toSocketOptions({ connectSignal, lookup }: ConnectOptions) {
  return {
    autoSelectFamilyAttemptTimeout: addressTimeoutMs,
    ...(connectSignal && { signal: connectSignal }),
    ...(lookup && { lookup }),
  };
}

async function openSocks(proxy: Proxy, options: ConnectOptions): Promise<Socket> {
  const { server, via } = proxy;
  const name = options.host ?? "";
  const port = Number(options.port);
  const target = toAuthority(name, port);
  const host = server.protocol === "socks5h:" ? name : await toAddress(proxy, name, options);
  const to = { host: server.host, port: server.port, ...toSocketOptions(options) };
  const socket = loadNet().connect(to);
  await once(socket, "connect");
  try {
    await connectBySocks(socket, { host, port }, { ...proxy, target });
  } catch (error) {
    // A late error of a socket that was given up must not end the process.
    socket.on("error", () => {}).destroy();
    if (!(error instanceof PartError)) throw error;
    throw toCallError(target, { code: error.code, why: error.why, sent: false, via });
  }
  if (!options.secureEndpoint) return socket;
  return process.getBuiltinModule("node:tls").connect({ ...options, path: undefined, socket });
}

/** The address of a name, which a `socks5` proxy is given instead of the name. */
function toAddress({ source, via }: Proxy, name: string, options: ConnectOptions): Promise<string> {
  const { lookup = process.getBuiltinModule("node:dns").lookup, port } = options;
  return new Promise((resolve, reject) => {
    lookup(name, { all: false }, (error, address) => {
      if (error === null) return resolve(String(address));
      const params = { name: visibleText(name), source };
      const facts = { code: error.code ?? "ENOTFOUND", sent: false, via };
      const why = { rule: "name_unknown_here", params } as const;
      return reject(toCallError(toAuthority(name, Number(port)), { ...facts, why }));
    });
  });
}
