import type { Agent } from "node:http";
import type { AgentOptions } from "node:https";
import type { ConnectionOptions, SecureContext } from "node:tls";
import { addressTimeoutMs, withoutBrackets } from "../connection/address.ts";
import { proxyFor, type ProxyServer, toProxyAuthorization } from "./proxy.ts";
import type { Proxy } from "./proxy-agent.ts";

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
  /** The proxy in between; undefined where direct. */
  readonly proxy?: Proxy;
  /** The proxy, where it gets an http call with its absolute URL. */
  readonly forward?: Forward;
  /** Whether QIZHI_CA_FILE names a file. */
  readonly hasCaFile: boolean;
}

/** An http or https proxy for http calls. */
interface Forward {
  readonly server: ProxyServer;
  /** The value of `proxy-authorization`. */
  readonly authorization: string | undefined;
}

/** The server that an agent connects to. */
interface End {
  readonly protocol: string;
  readonly host: string;
}

type SharedOptions = AgentOptions & Pick<ConnectionOptions, "checkServerIdentity">;

/** The routes of one transport. */
export interface Routes {
  /**
   * The route for the origin of a URL, the same one every time.
   * @throws TransportError a proxy or a file of certificates cannot be read; it is looked at anew each time.
   */
  find(url: URL): Promise<Route>;
  /** Closes all idle connections. */
  close(): void;
}

// Below the 5 s after which Node, Apache and uvicorn servers close an idle connection.
const idleMs = 4000;

/** Makes the routes of a transport; nothing is read before the first call. */
export function createRoutes({ env, proxy, ca }: RouteOptions): Routes {
  const routes = new Map<string, Route>();
  const file = env["QIZHI_CA_FILE"];
  const hasCaFile = Boolean(file);

  const trustFor = async (protocol: string): Promise<SecureContext | undefined> => {
    // Without certificates of one's own, Node's shared roots are used: a context takes tens of ms.
    if (protocol !== "https:" || (ca === undefined && !hasCaFile)) return undefined;
    const { createTrust } = await import("../connection/trust.ts");
    return createTrust(ca, file);
  };

  const toAgents = async ({ protocol, host }: End, make: (options: AgentOptions) => Agent) => {
    const secureContext = await trustFor(protocol);
    const shared: SharedOptions = {
      autoSelectFamilyAttemptTimeout: addressTimeoutMs,
      // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
      rejectUnauthorized: true,
      // In a tunnel to an address, Node would compare the certificate with the name of the proxy.
      checkServerIdentity: (_name, certificate) =>
        process.getBuiltinModule("node:tls").checkServerIdentity(host, certificate),
      ...(secureContext && { secureContext }),
    };
    return {
      pooled: make({ ...shared, keepAlive: true, timeout: idleMs }),
      fresh: make({ ...shared, keepAlive: false }),
      hasCaFile,
    };
  };

  const create = async (url: URL): Promise<Route> => {
    const { server, source = "", url: safeUrl } = proxyFor(url, env, proxy);
    const end = { protocol: url.protocol, host: withoutBrackets(url.hostname) };
    if (!server) return toAgents(end, toDirectAgent(end));
    const trust = await trustFor(server.protocol);
    const between: Proxy = { server, source, via: `the proxy ${safeUrl} (${source})`, trust };
    if (url.protocol === "http:" && server.protocol.startsWith("http")) {
      const forward = { server, authorization: toProxyAuthorization(server) };
      const agents = await toAgents(server, toDirectAgent(server));
      return { ...agents, proxy: between, forward };
    }
    const { ProxyAgent } = await import("./proxy-agent.ts");
    const make = (options: AgentOptions) => new ProxyAgent(url.protocol, between, options);
    return { ...(await toAgents(end, make)), proxy: between };
  };

  return {
    async find(url) {
      const known = routes.get(url.origin);
      if (known) return known;
      const route = await create(url);
      // Another call may have made it meanwhile.
      const first = routes.get(url.origin) ?? route;
      routes.set(url.origin, first);
      return first;
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

function toDirectAgent({ protocol }: End): (options: AgentOptions) => Agent {
  // An import of node:http in an ES module loads undici.
  const { Agent } = process.getBuiltinModule(protocol === "https:" ? "node:https" : "node:http");
  return (options) => new Agent(options);
}
