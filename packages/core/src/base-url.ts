import { InputError } from "./errors.ts";

/** The platform itself (page: 正式环境). */
export const defaultBaseUrl = "https://qz.sii.edu.cn";

/** A base URL that was checked. */
export interface BaseUrl {
  /** The address, without a slash at its end. */
  readonly baseUrl: string;
  /** Host and port, for messages. */
  readonly host: string;
}

/**
 * Checks the address of a platform: http or https, a path if need be, and nothing else.
 * @throws {InputError} it is wrong, or http would carry the password in clear to another machine.
 */
export function readBaseUrl(text: string, allowHttp = false): BaseUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new InputError("The base URL is not an http(s) address.", `Write ${defaultBaseUrl}.`);
  }
  if (url.username || url.password || /[?#]/.test(url.href)) {
    throw new InputError(
      `The base URL for ${url.host} holds more than an address and a path.`,
      "Leave out the user name, the password and all from ? or # on.",
    );
  }
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "http:" && !isHere && !allowHttp) {
    throw new InputError(
      `http://${url.host} would carry the password in clear.`,
      "Use https, or allow http for a network that you trust.",
    );
  }
  return { baseUrl: url.href.replace(/\/+$/, ""), host: url.host };
}
