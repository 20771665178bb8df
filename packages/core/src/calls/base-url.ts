import { inputError } from "../errors/input-errors.ts";

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
    throw inputError("base_url_form", { wanted: defaultBaseUrl });
  }
  if (url.username || url.password || /[?#]/.test(url.href)) {
    throw inputError("base_url_more", { host: url.host });
  }
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === "http:" && !isHere && !allowHttp) {
    throw inputError("base_url_clear", { host: url.host });
  }
  return { baseUrl: url.href.replace(/(?<!\/)\/+$/, ""), host: url.host };
}
