/** Whether this runs in CI: nearly every CI sets `CI`. */
export function isCi(env: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(env["CI"]) && env["CI"] !== "false" && env["CI"] !== "0";
}
