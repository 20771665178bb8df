import type { Agent, ClientRequestArgs, RequestOptions } from "node:http";
import type { AgentOptions } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContext } from "node:tls";
import { type ProxyServer, toProxyAuthorization } from "./proxy.ts";
import { toServerName } from "./server-name.ts";
import { connectBySocks } from "./socks.ts";
import { TransportError } from "./transport-error.ts";

/** Request options for an agent of {@link createTunnelAgent}. */
export interface TunnelRequestOptions extends RequestOptions {
  /** Aborted to give up a tunnel that is still being opened. */
  readonly connectSignal?: AbortSignal;
}

/** The proxy of a tunnel and how to speak of it. */
export interface TunnelProxy {
  readonly server: ProxyServer;
  /** The proxy for messages, without credentials. */
  readonly label: string;
  /** The trusted roots for an https proxy, where they differ from Node's own. */
  readonly trust: SecureContext | undefined;
}

// Node calls back with the error alone; its types ask for a socket, too.
type Done = (error: Error | null, socket?: Duplex) => void;

interface Destination {
  readonly host: string;
  readonly port: number;
}

function refused(via: string, why: string, status?: number) {
  return new TransportError(`${via} opened no connection: ${why}; nothing was sent`, {
    code: "PROXY_REFUSED",
    sent: false,
    via,
    ...(status !== undefined && { status }),
  });
}

function openConnect(proxy: TunnelProxy, to: Destination, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { server, label, trust } = proxy;
    const authority = `${to.host.includes(":") ? `[${to.host}]` : to.host}:${to.port}`;
    const authorization = toProxyAuthorization(server);
    const options = {
      agent: false,
      method: "CONNECT",
      host: server.host,
      port: server.port,
      path: authority,
      headers: {
        host: authority,
        ...(authorization === undefined ? {} : { "proxy-authorization": authorization }),
      },
      signal,
    };
    const request =
      server.protocol === "https:"
        ? process.getBuiltinModule("node:https").request({
            ...options,
            // Else Node takes the name from the host header, which is the destination's.
            servername: toServerName(server.host),
            ...(trust && { secureContext: trust }),
          })
        : process.getBuiltinModule("node:http").request(options);
    request.once("connect", (answer, socket: Socket, head: Buffer) => {
      if (answer.statusCode !== 200) {
        socket.destroy();
        reject(refused(label, `it answered with status ${answer.statusCode}`, answer.statusCode));
        return;
      }
      if (head.length > 0) {
        socket.unshift(head);
      }
      resolve(socket);
    });
    request.once("response", () => {
      request.destroy();
      reject(refused(label, "it does not understand CONNECT"));
    });
    request.on("error", reject);
    request.end();
  });
}

function connectTo({ host, port }: Destination, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = process.getBuiltinModule("node:net").connect({ host, port });
    const onAbort = () => socket.destroy(new Error("given up"));
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("close", () => signal.removeEventListener("abort", onAbort));
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.removeListener("error", reject);
      resolve(socket);
    });
  });
}

async function openSocks(
  { server, label }: TunnelProxy,
  to: Destination,
  signal: AbortSignal,
): Promise<Socket> {
  const { lookup } = process.getBuiltinModule("node:dns").promises;
  const host = server.protocol === "socks5h:" ? to.host : (await lookup(to.host)).address;
  const socket = await connectTo(server, signal);
  try {
    await connectBySocks(socket, { host, port: to.port }, server);
  } catch (error) {
    throw refused(label, error instanceof Error ? error.message : "SOCKS handshake failed");
  }
  return socket;
}

async function openTunnel(proxy: TunnelProxy, options: TunnelRequestOptions): Promise<Socket> {
  const signal = options.connectSignal ?? new AbortController().signal;
  const to = { host: options.host ?? "", port: Number(options.port) };
  const open = proxy.server.protocol.startsWith("socks") ? openSocks : openConnect;
  const socket = await open(proxy, to, signal);
  if (signal.aborted) {
    socket.destroy();
    throw new Error("given up");
  }
  return socket;
}

/**
 * Makes an agent whose connections go through a proxy: CONNECT with an http or https proxy,
 * SOCKS 5 by {@link connectBySocks}. Pools and TLS are those of Node's own agents.
 *
 * Not built on the proxy-agent family: its imports wake up undici on Node 22 and later (30 to 50 ms,
 * measured), its debug output prints proxy passwords and request headers, and a SOCKS handshake in it
 * cannot be given up.
 */
export function createTunnelAgent(
  protocol: "http:" | "https:",
  proxy: TunnelProxy,
  options: AgentOptions,
): Agent {
  if (protocol === "http:") {
    const http = process.getBuiltinModule("node:http");
    return new (class TunnelAgent extends http.Agent {
      override createConnection(args: ClientRequestArgs, done: Done): undefined {
        openTunnel(proxy, args).then((socket) => done(null, socket), done);
      }
    })(options);
  }
  const https = process.getBuiltinModule("node:https");
  return new (class TlsTunnelAgent extends https.Agent {
    override createConnection(args: RequestOptions, done: Done): undefined {
      openTunnel(proxy, args)
        .then((socket) => {
          const overTunnel = { ...args, path: undefined, socket };
          return super.createConnection(overTunnel);
        })
        .then((socket) => done(null, socket ?? undefined), done);
    }
  })(options);
}
