import type { NodeFetchOptions } from "./node-fetch.ts";
import type { Transport } from "./request.ts";

/**
 * What the build for browsers and workers has in the place of the transport over `node:http`: the runtime's own
 * `fetch`, which sees to proxies and certificates itself.
 */
export function createNodeFetch(options: NodeFetchOptions = {}): Transport & { close(): void } {
  if (Object.keys(options).length > 0) {
    throw new TypeError("createNodeFetch has options on Node, Bun and Deno alone");
  }
  // Unbound, as browsers want it.
  const { fetch } = globalThis;
  return { fetch: (url, request) => fetch(url, request), close: () => {} };
}
