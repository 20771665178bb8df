/**
 * How long one address of a name is tried before the next one, in ms. Node's own 250 ms are less than one
 * round trip to the other side of the world, where every address but the last would fail.
 */
export const addressTimeoutMs = 2_500;

/** The name of a host as a socket takes it: IPv6 without brackets. */
export function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** Host and port as a URL writes them. */
export function toAuthority(host: string, port: number | string): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The TLS name of a host; an address has none. */
export function toServerName(host: string): string {
  return loadNet().isIP(host) === 0 ? host : "";
}

/** The module `node:net`, loaded with the first request: an import of it takes an eighth of the start of Node. */
export const loadNet = () => process.getBuiltinModule("node:net");
