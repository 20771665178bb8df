/** Where a request goes: the parts of its URL, read once, as a URL makes each anew whenever it is asked. */
export interface Target {
  readonly url: URL;
  readonly href: string;
  readonly origin: string;
  readonly protocol: "http:" | "https:";
  /** Name and port. */
  readonly host: string;
  /** Name or address, IPv6 without brackets. */
  readonly hostname: string;
  /** Empty for the protocol's own. */
  readonly port: string;
  /** With the query. */
  readonly path: string;
}

/** Reads the URL of a request. @throws TypeError it is none that is called. */
export function readTarget(input: Parameters<typeof globalThis.fetch>[0]): Target {
  if (typeof input !== "string" && !(input instanceof URL)) {
    throw new TypeError("This transport takes the URL as a string or a URL, not a Request");
  }
  const url = new URL(input);
  const { protocol, href, origin, host, port } = url;
  if (protocol !== "http:" && protocol !== "https:") {
    throw new TypeError(`This transport speaks http and https, not ${protocol}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("A URL with a user name or password in it is not called");
  }
  const hostname = withoutBrackets(url.hostname);
  return { url, href, origin, protocol, host, hostname, port, path: url.pathname + url.search };
}

/** The name of a host as a socket takes it: IPv6 without brackets. */
export function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}
