import { randomBytes } from "node:crypto";

const lifeMs = 10 * 60_000;

/** Tokens that let one plan through, once. */
export interface Confirmations {
  /** Issues a token for a plan. */
  issue(plan: string): string;
  /** Uses a token up. @returns whether it was issued for this very plan and has not lapsed. */
  redeem(token: string, plan: string): boolean;
}

/**
 * Makes the confirmations of one server. They live in memory: a token of an earlier conversation lets
 * nothing through.
 * @param now a clock that never goes back, in ms.
 */
export function createConfirmations(now: () => number): Confirmations {
  const plans = new Map<string, { plan: string; until: number }>();
  return {
    issue(plan) {
      const token = randomBytes(8).toString("hex");
      for (const [old, { until }] of plans) if (until <= now()) plans.delete(old);
      plans.set(token, { plan, until: now() + lifeMs });
      return token;
    },
    redeem(token, plan) {
      const issued = plans.get(token);
      if (issued === undefined || issued.plan !== plan || issued.until <= now()) return false;
      plans.delete(token);
      return true;
    },
  };
}
