import { jobFields } from "../schemas/job.ts";
import { uuidPattern } from "../schemas/job-ref.ts";
import { readPriority } from "./report.ts";
import { statusClasses } from "./phase.ts";
import { isMapping, parseJson } from "../text/json-value.ts";

/** A fact of docs/wire.md, held against what a platform answered. */
export interface WireFinding {
  /** Its number there. */
  readonly fact: string;
  readonly state: "confirmed" | "contradicted" | "not seen";
  /** What is expected. */
  readonly expected: string;
  /** The form of what came: names of fields and kinds of values, never an id, a name or a secret. */
  readonly seen: string;
}

/** An answer as it came. */
export interface RawFact {
  readonly status: number;
  readonly text: string;
}

/** The answers that a report is made of: to a login, and to details of a job that nobody has and of one that somebody has. */
export type RawFacts = {
  readonly [Name in "token" | "refusal" | "detail"]?: RawFact | undefined;
};

type Fields = Readonly<Record<string, unknown>>;

/** Holds the facts of docs/wire.md against answers; the findings hold no value that could name anybody or anything. */
export function reportWire(answers: RawFacts): WireFinding[] {
  return (["token", "refusal", "detail"] as const).flatMap((name) => {
    const answer = answers[name];
    const parts = answer && toParts(answer);
    return checks[name].map(({ fact, expected, look }) => {
      const [seen = "", holds] = (parts && look(parts)) ?? [];
      return toFinding(fact, expected, seen, holds);
    });
  });
}

/** @param holds whether what was seen is what was expected; none where nothing was seen. */
export function toFinding(
  fact: string,
  expected: string,
  seen: string,
  holds: boolean | undefined,
): WireFinding {
  const state = holds === undefined ? "not seen" : holds ? "confirmed" : "contradicted";
  return { fact, expected, seen, state };
}

/** An answer with the parts of a job in it. */
function toParts({ status, text }: RawFact) {
  const body = toFields(parseJson(text));
  const data = toFields(body["data"] ?? body["Result"] ?? body);
  const config = toFields(toList(data["framework_config"])[0]);
  return { status, body, data, config, price: toFields(config["instance_spec_price_info"]) };
}

type Look = (
  parts: ReturnType<typeof toParts>,
) => readonly [seen: string, holds: boolean] | undefined;

/** How to see in the parts of an answer whether a fact holds. */
const check = (fact: string, expected: string, look: Look) => ({ fact, expected, look });

const stages = ["created", "resource_prepared", "run", "finished"];
const uuid = new RegExp(`^${uuidPattern}$`);

const checks = {
  token: [
    check("1.1", "the token comes in {code, message, data}", ({ body }) => [
      keysOf(body),
      body["code"] === 0 && "access_token" in toFields(body["data"]),
    ]),
    check("1.5", "expires_in is text, 604800", ({ body }) => {
      const data = toFields(body["data"]);
      const expires = (data["access_token"] === undefined ? body : data)["expires_in"];
      const length = Number(expires) === 604_800 ? ", 604800" : "";
      return [kindOf(expires) + length, expires === "604800"];
    }),
  ],
  refusal: [
    check(
      "1.2",
      "an unknown job is refused with HTTP 200 and code 100002",
      ({ status, body: { code } }) => {
        const shown = typeof code === "number" ? String(code) : kindOf(code);
        return [`HTTP ${status}, code ${shown}`, status === 200 && code === 100002];
      },
    ),
    check("1.1", "the words of a refusal are in message", ({ body }) => [
      keysOf(body),
      typeof body["message"] === "string",
    ]),
  ],
  detail: [
    check("1.1", "a detail comes in {code, message, data}", ({ body }) => [
      keysOf(body),
      body["code"] === 0 && "data" in body,
    ]),
    check(
      "2.2",
      "created_at is ms since 1970 as text, in whole seconds",
      ({ data: { created_at: at } }) => {
        const isWhole = typeof at === "string" && /^\d{10}000$/.test(at);
        return [kindOf(at) + (isWhole ? ", whole seconds" : ""), isWhole];
      },
    ),
    check("2.2", "envs is an empty list", ({ data: { envs } }) => [
      kindOf(envs),
      kindOf(envs) === "list of 0",
    ]),
    check("2.2", "there are keys that the page does not have", ({ data }) => {
      const known = new Set(jobFields());
      const more = Object.keys(data).filter((key) => !known.has(key));
      return [namesOf(more), more.length > 0];
    }),
    check("3.1", "status is one of the 15 words", ({ data: { status } }) => {
      const word = typeof status === "string" && /^[a-z_]{1,40}$/i.test(status) ? status : "";
      return [word || kindOf(status), Object.hasOwn(statusClasses, word)];
    }),
    check(
      "3.2",
      `timeline has ${stages.join(", ")}, as far as they are reached`,
      ({ data: { timeline } }) => {
        const keys = Object.keys(toFields(timeline));
        return [namesOf(keys), keys.length > 0 && keys.every((key) => stages.includes(key))];
      },
    ),
    check(
      "3.4",
      "priority_level is LOW, NORMAL or HIGH, and priority is the weight of priority_name",
      ({
        data: { priority, priority_name: name, priority_level: level, task_priority: asked },
      }) => {
        const weight = { priority: Number(priority) };
        const isLevel = typeof level === "string" && /^(?:LOW|NORMAL|HIGH)$/.test(level);
        const shown = [name, priority, level, asked].map(toSmall).join(", ");
        const holds = isLevel && String(readPriority(weight).priority) === name;
        return [`name, weight, level, task_priority: ${shown}`, holds];
      },
    ),
    check(
      "3.5",
      "the spec_id is instance_spec_price_info.quota_id, a UUID",
      ({ price: { quota_id: id } }) => {
        const isUuid = typeof id === "string" && uuid.test(id);
        return [isUuid ? "a UUID" : kindOf(id), isUuid];
      },
    ),
    check(
      "6",
      "a node that runs has a name such as qb-prod-gpuNNN",
      ({ data: { node_infos: nodes } }) => {
        const names = toList(nodes).map((node) => toFields(node)["node_name"]);
        if (names.length === 0) return undefined;
        return [[...new Set(names.map(toNodeForm))].join(", "), names.every(isNodeName)];
      },
    ),
    check(
      "7",
      "total_price_per_hour is a number, the price of one node",
      ({ price: { total_price_per_hour: each } }) => [kindOf(each), typeof each === "number"],
    ),
  ],
};

const nodeName = /^(?:qb-prod-gpu|cpu-nat-)\d+$/;

function isNodeName(name: unknown): boolean {
  return typeof name === "string" && nodeName.test(name);
}

/** The form of a host's name: known words with `N` for each digit, else that it is another. */
export function toNodeForm(name: unknown): string {
  if (typeof name !== "string" || name === "") return kindOf(name);
  if (isNodeName(name)) return name.replaceAll(/\d/g, "N");
  return /-(?:worker|master)-\d+$/.test(name) ? "the name of a pod" : "a name of another form";
}

function toSmall(value: unknown): string {
  const text = String(value);
  return /^(?:\d{1,2}|LOW|NORMAL|HIGH)$/.test(text) ? text : kindOf(value);
}

function toFields(value: unknown): Fields {
  return isMapping(value) ? value : {};
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function keysOf(fields: Fields): string {
  return namesOf(Object.keys(fields));
}

/** Names that are fields of an interface; others may hold anything. */
function namesOf(names: readonly string[]): string {
  const plain = names.filter((name) => /^[a-z_]{1,40}$/i.test(name)).toSorted();
  return plain.length === 0 ? "none" : plain.slice(0, 60).join(", ");
}

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return `list of ${value.length}`;
  if (typeof value !== "string") return typeof value === "object" ? "mapping" : typeof value;
  if (value === "") return "empty text";
  return /^\d+$/.test(value) ? "text of digits" : "text";
}
