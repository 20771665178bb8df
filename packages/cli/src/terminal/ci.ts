/** Whether this runs in CI, as nearly every CI says by `CI`. */
export function isCi(env: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(env["CI"]) && env["CI"] !== "false" && env["CI"] !== "0";
}
