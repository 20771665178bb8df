import type { ClientRequest, RequestOptions } from "node:http";
import type { Exchange } from "./exchange.ts";
import { NodeHeaders } from "./headers.ts";
import type { Forward } from "./routes.ts";
import { toServerName } from "./server-name.ts";
import type { TunnelRequestOptions } from "./tunnel.ts";

/**
 * Opens the request of an exchange, without its body.
 *
 * @param connectSignal - Aborted to give up a tunnel that is still being opened.
 * @throws TypeError where a header or the method cannot be sent.
 */
export function openRequest(
  { url, init, body, agent, route }: Exchange,
  connectSignal: AbortSignal | undefined,
): ClientRequest {
  const headers = toRecord(init.headers);
  headers["accept-encoding"] ??= "identity";
  if (body !== undefined) headers["content-length"] = String(Buffer.byteLength(body));
  const options: TunnelRequestOptions = {
    agent,
    method: init.method ?? "GET",
    protocol: url.protocol,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port,
    path: `${url.pathname}${url.search}`,
    headers,
    ...(connectSignal && { connectSignal }),
  };
  if (!route.forward) return start(options);
  headers["host"] = url.host;
  return start(toForwarded(options, url, headers, route.forward));
}

/** An http call by a proxy: the proxy gets the absolute URL and its own authorization. */
function toForwarded(
  options: RequestOptions,
  url: URL,
  headers: Record<string, string>,
  { server, authorization }: Forward,
): RequestOptions {
  return {
    ...options,
    protocol: server.protocol,
    host: server.host,
    port: server.port,
    path: `${url.origin}${url.pathname}${url.search}`,
    // Else Node takes the TLS name from the host header, which is not the proxy's.
    ...(server.protocol === "https:" && { servername: toServerName(server.host) }),
    headers:
      authorization === undefined ? headers : { ...headers, "proxy-authorization": authorization },
  };
}

function start(options: RequestOptions): ClientRequest {
  return options.protocol === "https:"
    ? process.getBuiltinModule("node:https").request(options)
    : process.getBuiltinModule("node:http").request(options);
}

function toRecord(headers: RequestInit["headers"]): Record<string, string> {
  return (headers instanceof NodeHeaders ? headers : new NodeHeaders(headers)).toRecord();
}
