import type { LocalPlatform } from "@qizhi/core/local";
import type { CliResult, Place } from "./run-cli.ts";

/** Logs a place in to a platform, as a person would without a terminal. */
export function logIn(
  place: Place,
  { url, credentials }: Pick<LocalPlatform, "url" | "credentials">,
  more: readonly string[] = [],
): Promise<CliResult> {
  const { username, password } = credentials;
  const args = ["login", "--username", username, "--password-stdin", "--base-url", url, ...more];
  return place.run(args, { stdin: password });
}
