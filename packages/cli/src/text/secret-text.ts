import { isUtf8 } from "node:buffer";
import { inputError } from "../errors/cli-error.ts";

/** The environment of a process, or of a test. */
export type Environment = Readonly<Record<string, string | undefined>>;

const names = ["QIZHI_USERNAME", "QIZHI_PASSWORD", "QIZHI_TOKEN"] as const;

/** The environment with the secrets of the login cleaned, see {@link readSecret}. */
export function withCleanLogin(env: Environment): Environment {
  const dirty = names.filter((name) => env[name] !== undefined && clean(env[name]) !== env[name]);
  if (dirty.length === 0) return env;
  return { ...env, ...Object.fromEntries(dirty.map((name) => [name, clean(env[name] ?? "")])) };
}

/**
 * A secret without the byte order mark that editors put before it and without the line break after it, which
 * would be sent as a part of it.
 * @param source a variable or stdin, for the error.
 * @throws {InputError} it is no line of text.
 */
export function readSecret(given: Uint8Array | string, source: string): string {
  const text = typeof given === "string" ? given : Buffer.from(given).toString("utf8");
  const secret = clean(text);
  // Node puts U+FFFD in the place of bytes that are not UTF-8.
  const isText = typeof given === "string" ? !text.includes("\uFFFD") : isUtf8(given);
  if (isText && !/[\0\r\n]/.test(secret)) return secret;
  throw inputError(
    [isText ? "account.notOneLine" : "account.notUtf8", source],
    "account.secretForm",
  );
}

function clean(text: string): string {
  return text.replace(/^\uFEFF/, "").replace(/(?<![\r\n])[\r\n]+$/, "");
}
