import type { Agent } from "node:http";
import type { AgentOptions } from "node:https";
import type { SecureContext } from "node:tls";
import type { ProxyServer } from "./proxy.ts";
import type { Target } from "./target.ts";

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
  /** The route for the origin of a target, the same one every time; a promise the first time at most. */
  find(target: Target): Route | Promise<Route>;
  /** Closes all idle connections. */
  close(): void;
}

// Below the 5 s after which Node, Apache and uvicorn servers close an idle connection.
const idleMs = 4000;

type MakeAgent = (options: AgentOptions) => Agent;
type WebProtocol = Target["protocol"];

/** Makes the routes of a transport; nothing is read or loaded before the first call. */
export function createRoutes(options: RouteOptions): Routes {
  const routes = new Map<string, Route | Promise<Route>>();
  const agents: Agent[] = [];
  let roots: Promise<SecureContext | undefined> | undefined;

  const trustedRoots = (): Promise<SecureContext | undefined> => {
    roots ??= loadRoots(options);
    // A file that could not be read is looked at anew.
    roots.catch(() => (roots = undefined));
    return roots;
  };

  const toRoute = (
    make: MakeAgent,
    secureContext: SecureContext | undefined,
  ): Pick<Route, "pooled" | "fresh"> => {
    const shared = secureContext ? { secureContext } : {};
    const pooled = make({ ...shared, keepAlive: true, timeout: idleMs });
    const fresh = make({ ...shared, keepAlive: false });
    agents.push(pooled, fresh);
    return { pooled, fresh };
  };

  const trustFor = async (protocol: ProxyServer["protocol"]) =>
    protocol === "https:" ? trustedRoots() : undefined;

  const direct = async (protocol: WebProtocol) =>
    toRoute(makeDirectAgent(protocol), await trustFor(protocol));

  const tunnel = async (
    protocol: WebProtocol,
    server: ProxyServer,
    via: string,
  ): Promise<Route> => {
    const { createTunnelAgent } = await import("./tunnel.ts");
    const trust = await trustFor(server.protocol);
    const make: MakeAgent = (agent) =>
      createTunnelAgent(protocol, { server, label: via, trust }, agent);
    return { ...toRoute(make, await trustFor(protocol)), via };
  };

  const viaProxy = async (url: URL, protocol: WebProtocol): Promise<Route> => {
    const { proxyFor, toProxyAuthorization } = await import("./proxy.ts");
    const { server, source, url: safeUrl } = proxyFor(url, options.env, options.proxy);
    if (!server) return direct(protocol);
    const via = `the proxy ${safeUrl} (${source})`;
    if (protocol === "http:" && (server.protocol === "http:" || server.protocol === "https:")) {
      const forward = { server, authorization: toProxyAuthorization(server) };
      return { ...(await direct(server.protocol)), via, forward };
    }
    return tunnel(protocol, server, via);
  };

  const create = ({ url, protocol }: Target): Route | Promise<Route> => {
    // Who names no proxy and no certificates needs none of their rules: 3 kB (measured).
    if (namesProxy(options)) return viaProxy(url, protocol);
    return protocol === "https:" && namesRoots(options)
      ? direct(protocol)
      : toRoute(makeDirectAgent(protocol), undefined);
  };

  return {
    find(target) {
      const { origin } = target;
      const known = routes.get(origin);
      if (known) return known;
      const route = create(target);
      routes.set(origin, route);
      // What failed once, such as a proxy that cannot be read, is looked at anew.
      if (route instanceof Promise) route.catch(() => routes.delete(origin));
      return route;
    },
    close() {
      for (const agent of agents) agent.destroy();
      agents.length = 0;
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

async function loadRoots(options: RouteOptions): Promise<SecureContext | undefined> {
  if (!namesRoots(options)) return undefined;
  const { createTrust } = await import("./trusted-roots.ts");
  return createTrust(options.ca, options.env);
}

function namesRoots({ ca, env }: RouteOptions): boolean {
  return ca !== undefined || Boolean(env["QIZHI_CA_FILE"]);
}

/** Whether a proxy may be meant; which one, and whether for this URL, are the rules of proxy.ts. */
function namesProxy({ env, proxy }: RouteOptions): boolean {
  if (proxy !== undefined) return proxy !== false;
  return Object.keys(env).some((name) => /^(?:https?|all)_proxy$/i.test(name) && env[name]);
}
