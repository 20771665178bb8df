/** The TLS name of a host; an address has none. */
export function toServerName(host: string): string {
  return process.getBuiltinModule("node:net").isIP(host) === 0 ? host : "";
}
