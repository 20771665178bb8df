import { formatDuration } from "../../text/time-text.ts";
import type { BrokenRule } from "../../schemas/spec-rules.ts";
import type { AnswerRule } from "./answer-rules.ts";

/** What to do after a refusal or a broken answer, in English words. */
export const adviceRules = {
  base_url: () => "Check the base URL.",
  gateway_trouble: () => "The platform or its gateway is in trouble; try again later.",
  ids_in_spec: () =>
    "Check the ids in the spec (project, workspace, compute group, spec_id) and what the account may use.",
  job_id: () => "Check the job id: it may be cut off, or another account's.",
  mistyped_id: () => "A mistyped id looks like this too; check it.",
  network_login: () =>
    "The network wants a login of its own first: open any page in a browser, then try again.",
  excluded_nodes: () =>
    "This workspace does not let jobs choose nodes: take exclude_nodes and specified_nodes out of extra.",
  no_route: () =>
    "The base URL is wrong (it may need a path), or the platform has retired this call: run `qizhi doctor`, look for a newer version of qizhi, or use the web console.",
  priority_levels: () =>
    "Lower task_priority: a project has a cap, and some workspaces take only 1 and 4.",
  platform_rules: () => "Check the job spec against the platform's rules.",
  slow_down: () => "Ask less often, or wait a minute.",
  spec_too_large: () =>
    "The spec is too large for the gateway: put the command into a file on the shared disk, and let the spec run that file.",
  wait_asked: ({ waitMs }: { waitMs: number }) =>
    `The platform asks to wait ${formatDuration(waitMs)} before the next try.`,
  way_in: () => "Check the base URL, the VPN and the proxy; a login page means no way in.",
};

/** Stable name of a piece of advice. */
export type AdviceRule = keyof typeof adviceRules;
/** A piece of advice with its facts. */
export type Advice = BrokenRule<typeof adviceRules>;

/** Whether advice takes the id for wrong. */
export function doubtsId(advice: Advice | undefined): boolean {
  return advice?.rule === "job_id" || advice?.rule === "mistyped_id";
}

/** What an answer that is no success depends on for advice. */
interface Refused {
  readonly operation: string;
  readonly status: number;
  readonly platformCode?: number | undefined;
  readonly platformMessage?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

const plain = (rule: Exclude<AdviceRule, "wait_asked">): Advice => ({ rule, params: {} });

/** What a code of the platform advises about a create, and about a call for one job. */
const byCode: ReadonlyMap<number | undefined, { ofCreate: Advice; ofJob?: Advice }> = new Map([
  [-100000, { ofCreate: plain("platform_rules") }],
  [100002, { ofCreate: plain("platform_rules"), ofJob: plain("job_id") }],
  [100003, { ofCreate: plain("ids_in_spec"), ofJob: plain("mistyped_id") }],
  [100004, { ofCreate: plain("ids_in_spec"), ofJob: plain("mistyped_id") }],
]);

/** The shortest pause that the platform may ask for which is worth words, in ms. */
export const longPauseMs = 10_000;

/** The advice that fits what was asked for, the HTTP status and the platform's code. */
export function adviseOnRefusal(refused: Refused): Advice | undefined {
  const { operation, platformCode: code, status, platformMessage: said = "" } = refused;
  const byStatus = adviseOnStatus(refused);
  if (byStatus !== undefined && (code === undefined || status === 429 || status === 413)) {
    return byStatus;
  }
  const isCreate = operation === "create";
  if (isCreate && (code === 200006 || /优先级|priority/i.test(said)))
    return plain("priority_levels");
  if (isCreate && /exclude_nodes|specified_nodes/.test(said)) return plain("excluded_nodes");
  const { ofCreate, ofJob } = byCode.get(code) ?? {};
  const isAboutJob = operation === "detail" || operation === "stop";
  return isCreate ? ofCreate : isAboutJob ? ofJob : undefined;
}

const pages: ReadonlySet<AnswerRule> = new Set(["gateway_page", "login_page", "html_page"]);
const bodies: ReadonlySet<AnswerRule> = new Set([
  ...pages,
  "no_such_route",
  "empty_body",
  "broken_json",
  "other_text",
]);

/** The advice that fits an answer of another shape. */
export function adviseOnAnswer(answered: Refused, rule: AnswerRule): Advice | undefined {
  if (rule === "redirect") return plain("base_url");
  if (!bodies.has(rule)) return undefined;
  return adviseOnStatus(answered) ?? (pages.has(rule) ? plain("way_in") : undefined);
}

/** The advice that the HTTP status alone gives. */
function adviseOnStatus({ operation, status, retryAfterMs }: Refused): Advice | undefined {
  const waitMs = retryAfterMs ?? 0;
  if (waitMs > longPauseMs) return { rule: "wait_asked", params: { waitMs } };
  if (status === 429) return plain("slow_down");
  if (status === 413 && operation === "create") return plain("spec_too_large");
  if (status === 511) return plain("network_login");
  if (status === 404) return plain("no_route");
  return status >= 500 ? plain("gateway_trouble") : undefined;
}
