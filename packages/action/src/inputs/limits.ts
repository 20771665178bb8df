import { formatDuration, type JobSpec } from "@qizhi/core";
import type { SweepSettings } from "@qizhi/core/sweep";
import { endsBeforeWait, isOverCost, readTokenEnd, sum, toLocalMoment } from "@qizhi/core/internal";
import type { RawInputs } from "../runner/raw-inputs.ts";
import { harmlessExcerpt } from "../runner/text.ts";
import type { ConnectionInputs } from "./connection.ts";

const hourMs = 3_600_000;

/** Refuses jobs that are larger or dearer than the workflow allows: a spec may come from a pull request. */
export function checkLimits(
  raw: RawInputs,
  specs: readonly JobSpec[],
  { retries = 0 }: Pick<SweepSettings, "retries">,
): void {
  const mostNodes = raw.integer("max-nodes", 1);
  const mostCost = raw.number("max-cost");
  const priceOf = readPrices(raw);
  if (specs.length === 0) return;
  const whose = specs.length === 1 ? "the job asks" : `the ${specs.length} jobs together ask`;
  const nodeGroups = specs.flatMap((spec) => spec.framework_config);
  const nodes = sum(nodeGroups.map(({ instance_count: count }) => count)) ?? 0;
  if (mostNodes !== undefined && nodes > mostNodes) {
    raw.refuse("max-nodes", `is ${mostNodes}, and ${whose} for ${nodes} nodes`);
  }
  if (mostCost === undefined) {
    const isAlone = raw.text("node-price") !== "" && raw.text("max-cost") === "";
    if (isAlone) raw.refuse("node-price", "is for max-cost; give both or none");
    return;
  }
  if (specs.some(({ max_running_time_ms: limit }) => limit === undefined)) {
    const toDo = "give max_running_time_ms or max-running-time";
    raw.refuse("max-cost", `needs a limit of the run: ${toDo}`);
    return;
  }
  const unknown = nodeGroups.find(({ spec_id: id }) => priceOf(id) === undefined);
  if (unknown !== undefined) {
    const id = harmlessExcerpt(unknown.spec_id, 60);
    raw.refuse("max-cost", `needs the price of a node of ${id}: give it in node-price`);
    return;
  }
  const cost = sum(specs.map((spec) => toCost(spec, priceOf) * (retries + 1))) ?? 0;
  if (isOverCost(cost, mostCost)) {
    const what = `up to ${cost.toFixed(2)}, with every retry and to the end of its time`;
    raw.refuse("max-cost", `is ${mostCost}, and ${whose} for ${what}`);
  }
}

/** The prices of a node and hour: one for all, or lines of `spec_id=price`. */
function readPrices(raw: RawInputs): (specId: string) => number | undefined {
  const lines = raw.numberedLines("node-price");
  const prices = new Map<string, number>();
  for (const { number, text } of lines) {
    const [, id = "", price = ""] =
      /^(?:([\w-]+)\s*=\s*)?(\d{1,9}(?:\.\d{1,9})?)$/.exec(text) ?? [];
    if (price === "" || (id === "" && lines.length > 1)) {
      raw.refuse("node-price", `line ${number} is not one price such as 12.5, or spec_id=price`);
    } else if (prices.has(id)) {
      raw.refuse("node-price", `line ${number} gives its spec_id a second price`);
    }
    prices.set(id, Number(price));
  }
  return (specId) => prices.get(specId) ?? prices.get("");
}

/** What a job costs when it runs to the end of its time and its nodes are kept as long as it asks. */
function toCost(spec: JobSpec, priceOf: (specId: string) => number | undefined): number {
  const { reserve_on_success_ms: success = 0, reserve_on_fail_ms: fail = 0 } = spec;
  const lastsMs = Number(spec.max_running_time_ms) + Math.max(Number(success), Number(fail));
  const hourly = spec.framework_config.map(
    ({ spec_id: id, instance_count: count }) => count * (priceOf(id) ?? 0),
  );
  return (sum(hourly) ?? 0) * (lastsMs / hourMs);
}

/** What a wait is told, and the jobs that are submitted for it: none with `job-id`. */
interface WaitFacts {
  readonly specs: readonly JobSpec[];
  readonly wait: boolean;
  /** Infinity without a limit. */
  readonly timeoutMs: number;
  readonly onTimeout: "stop" | "leave";
  readonly failOnTimeout: boolean;
}

/** A job that may outlive the wait for it, by the very inputs. */
export function warnOfLongJob(raw: RawInputs, facts: WaitFacts): void {
  const { wait, timeoutMs, onTimeout, failOnTimeout, specs } = facts;
  if (!wait || onTimeout === "stop" || !failOnTimeout) return;
  const longestMs = Math.max(0, ...specs.map((spec) => Number(spec.max_running_time_ms ?? 0)));
  if (longestMs <= timeoutMs) return;
  const [limit, wanted] = [timeoutMs, longestMs].map(formatDuration);
  raw.warnings.push({
    text: `timeout (${limit}) is shorter than the job may run (${wanted}): the step may fail while the job goes on. Leave timeout out and set timeout-minutes of the workflow's job, or say on-timeout: stop or fail-on-timeout: false`,
  });
}

/** A token that may end before the wait, and that nothing renews. */
export function warnOfTokenEnd(
  raw: RawInputs,
  { credentials, token }: ConnectionInputs,
  { wait, timeoutMs, specs }: WaitFacts,
): void {
  const endsAt = readTokenEnd(token ?? "");
  if (!wait || credentials !== undefined || endsAt === undefined) return;
  const runs = specs.map((spec) => Number(spec.max_running_time_ms ?? Infinity));
  const longestMs = Math.min(timeoutMs, runs.length === 0 ? Infinity : Math.max(...runs));
  if (!endsBeforeWait(endsAt, Number.isFinite(longestMs) ? longestMs : undefined)) return;
  const when = toLocalMoment(Math.max(0, endsAt));
  raw.warnings.push({
    text: `token ends at ${when}, perhaps before the job: the step cannot go on watching it then, nor stop it at a cancel. Give username and password`,
  });
}
