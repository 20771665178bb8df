import type { Agent } from "node:http";
import type { AgentOptions } from "node:https";
import type { SecureContext } from "node:tls";
import { proxyFor, type ProxyServer, toProxyAuthorization } from "./proxy.ts";
import type { Target } from "./target.ts";
import { createTrust } from "./trusted-roots.ts";
import { createTunnelAgent } from "./tunnel.ts";

/** What decides how a URL is reached. */
export interface RouteOptions {
  /** The environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A proxy URL used whatever the variables say; `false` for none. */
  readonly proxy?: string | false | undefined;
  /** PEM text of certificates trusted besides the default roots. */
  readonly ca?: string | undefined;
}

/** How one origin is reached. */
export interface Route {
  /** Keeps connections for later calls. */
  readonly pooled: Agent;
  /** Opens a connection for every call. */
  readonly fresh: Agent;
  /** The proxy and the variable that named it, without credentials; undefined where direct. */
  readonly via?: string;
  /** The proxy that gets an http call with its absolute URL. */
  readonly forward?: Forward;
}

/** An http or https proxy for http calls. */
export interface Forward {
  readonly server: ProxyServer;
  /** The value of `proxy-authorization`. */
  readonly authorization: string | undefined;
}

/** The routes of one transport. */
export interface Routes {
  /**
   * The route for the origin of a target, the same one every time.
   * @throws TransportError a proxy or a file of certificates cannot be read; it is looked at anew each time.
   */
  find(target: Target): Route;
  /** Closes all idle connections. */
  close(): void;
}

// Below the 5 s after which Node, Apache and uvicorn servers close an idle connection.
const idleMs = 4000;

type MakeAgent = (options: AgentOptions) => Agent;
type WebProtocol = Target["protocol"];

/** Makes the routes of a transport; nothing is read before the first call. */
export function createRoutes({ env, proxy, ca }: RouteOptions): Routes {
  const routes = new Map<string, Route>();
  let trust: { readonly roots: SecureContext | undefined } | undefined;

  const trustFor = (protocol: ProxyServer["protocol"]): SecureContext | undefined => {
    if (protocol !== "https:") return undefined;
    trust ??= { roots: createTrust(ca, env) };
    return trust.roots;
  };

  const toRoute = (make: MakeAgent, protocol: WebProtocol): Route => {
    const secureContext = trustFor(protocol);
    const shared = secureContext ? { secureContext } : {};
    return {
      pooled: make({ ...shared, keepAlive: true, timeout: idleMs }),
      fresh: make({ ...shared, keepAlive: false }),
    };
  };

  const create = ({ url, protocol }: Target): Route => {
    const { server, source, url: safeUrl } = proxyFor(url, env, proxy);
    if (!server) return toRoute(makeDirectAgent(protocol), protocol);
    const via = `the proxy ${safeUrl} (${source})`;
    if (protocol === "http:" && (server.protocol === "http:" || server.protocol === "https:")) {
      const forward = { server, authorization: toProxyAuthorization(server) };
      return { ...toRoute(makeDirectAgent(server.protocol), server.protocol), via, forward };
    }
    const tunnel = { server, label: via, trust: trustFor(server.protocol) };
    return { ...toRoute((agent) => createTunnelAgent(protocol, tunnel, agent), protocol), via };
  };

  return {
    find(target) {
      const { origin } = target;
      const route = routes.get(origin) ?? create(target);
      routes.set(origin, route);
      return route;
    },
    close() {
      for (const { pooled, fresh } of routes.values()) {
        pooled.destroy();
        fresh.destroy();
      }
      routes.clear();
    },
  };
}

function makeDirectAgent(protocol: WebProtocol): MakeAgent {
  return (options) =>
    protocol === "https:"
      ? new (process.getBuiltinModule("node:https").Agent)(options)
      : new (process.getBuiltinModule("node:http").Agent)(options);
}
