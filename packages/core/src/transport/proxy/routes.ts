import type { Agent } from "node:http";
import type { AgentOptions } from "node:https";
import type { ConnectionOptions, SecureContext } from "node:tls";
import { addressTimeoutMs, withoutBrackets } from "../connection/address.ts";
import { type Env, proxyFor } from "./proxy.ts";
import type { Proxy } from "./proxy-answer.ts";
import { inputError, type InputError } from "../../errors/input-errors.ts";
import { TransportError } from "../connection/transport-error.ts";

/** What decides how a URL is reached. */
export interface RouteOptions {
  /** The environment variables for proxies and certificates. Default `process.env`. */
  readonly env?: Env | undefined;
  /**
   * A proxy URL (http, https, socks5, socks5h) used for every call, loopback included, whatever the
   * variables say; `false` for no proxy. Default: as HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say.
   */
  readonly proxy?: string | false | undefined;
  /** PEM text of certificates trusted besides the default roots and those of `QIZHI_CA_FILE`. */
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
  readonly forward?: Proxy;
  /** Whether QIZHI_CA_FILE names a file. */
  readonly hasCaFile: boolean;
}

interface End {
  readonly protocol: string;
  readonly host: string;
}

type SharedOptions = AgentOptions & Pick<ConnectionOptions, "checkServerIdentity">;

// Below the 5 s after which Node, Apache and uvicorn servers close an idle connection.
const idleMs = 4000;

/** The routes of one transport; nothing is read before the first call. */
export class Routes {
  readonly #options: RouteOptions;
  readonly #env: Env;
  readonly #routes = new Map<string, Route>();

  constructor(options: RouteOptions) {
    this.#options = { ...options };
    this.#env = options.env ?? process.env;
  }

  /**
   * The route for the origin of a URL, the same one every time.
   * @throws TransportError a proxy or a file of certificates cannot be read; it is checked anew each time.
   */
  async find(url: URL): Promise<Route> {
    const known = this.#routes.get(url.origin);
    if (known) return known;
    const route = await this.#create(url);
    // Another call may have created it meanwhile.
    const first = this.#routes.get(url.origin) ?? route;
    this.#routes.set(url.origin, first);
    return first;
  }

  close(): void {
    for (const { pooled, fresh } of this.#routes.values()) {
      pooled.destroy();
      fresh.destroy();
    }
    this.#routes.clear();
  }

  async #create(url: URL): Promise<Route> {
    const { server, source = "", url: safeUrl } = proxyFor(url, this.#env, this.#options.proxy);
    const end = { protocol: url.protocol, host: withoutBrackets(url.hostname) };
    if (!server) return this.#toAgents(end, toDirectAgent(end));
    const trust = await this.#trustFor(server.protocol);
    const between: Proxy = { server, source, via: `the proxy ${safeUrl} (${source})`, trust };
    if (url.protocol === "http:" && server.protocol.startsWith("http")) {
      const agents = await this.#toAgents(server, toDirectAgent(server));
      return { ...agents, proxy: between, forward: between };
    }
    const { ProxyAgent } = await import("./proxy-agent.ts");
    const make = (options: AgentOptions) => new ProxyAgent(url.protocol, between, options);
    return { ...(await this.#toAgents(end, make)), proxy: between };
  }

  async #toAgents({ protocol, host }: End, make: (options: AgentOptions) => Agent): Promise<Route> {
    const secureContext = await this.#trustFor(protocol);
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
      hasCaFile: Boolean(this.#env["QIZHI_CA_FILE"]),
    };
  }

  async #trustFor(protocol: string): Promise<SecureContext | undefined> {
    const { ca } = this.#options;
    const file = this.#env["QIZHI_CA_FILE"];
    // Without certificates of one's own, Node's shared roots are used: a context takes tens of ms.
    if (protocol !== "https:" || (ca === undefined && !file)) return undefined;
    const { createTrust } = await import("../connection/trust.ts");
    return createTrust(ca, file);
  }
}

function toDirectAgent({ protocol }: End): (options: AgentOptions) => Agent {
  // An import of node:http in an ES module loads undici.
  const { Agent } = process.getBuiltinModule(protocol === "https:" ? "node:https" : "node:http");
  return (options) => new Agent(options);
}

/**
 * Refuses to go on where `NODE_TLS_REJECT_UNAUTHORIZED=0` turns the check of certificates off for the whole
 * process. The built-in transport checks them all the same; a front end says so before anything is sent.
 * @throws {InputError}
 */
export function requireTlsCheck(env: Env): void {
  if (env["NODE_TLS_REJECT_UNAUTHORIZED"] === "0") throw inputError("tls_check_off");
}

/** What is wrong with the file that QIZHI_CA_FILE names, if anything. */
export async function findCaProblem(env: Env): Promise<InputError | undefined> {
  if (!env["QIZHI_CA_FILE"]) return undefined;
  const { createTrust } = await import("../connection/trust.ts");
  try {
    createTrust(undefined, env["QIZHI_CA_FILE"]);
    return undefined;
  } catch (error) {
    if (error instanceof TransportError && error.input) return error.input;
    throw error;
  }
}
