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

/** The answers that a report is made of. */
export interface RawFacts {
  /** Of a login. */
  readonly token?: RawFact | undefined;
  /** Of a detail of a job that nobody has. */
  readonly refusal?: RawFact | undefined;
  /** Of a detail of a job. */
  readonly detail?: RawFact | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Holds the facts of docs/wire.md against answers; the findings hold no value that could name anybody or anything. */
export function reportWire({ token, refusal, detail }: RawFacts): WireFinding[] {
  return [...ofToken(read(token)), ...ofRefusal(read(refusal), refusal), ...ofDetail(read(detail))];
}

function read(raw: RawFact | undefined): Fields | undefined {
  return raw && toFields(parseJson(raw.text));
}

const found = (fact: string, expected: string, seen: string, holds: boolean): WireFinding => {
  return { fact, expected, seen, state: holds ? "confirmed" : "contradicted" };
};

const unseen = (fact: string, expected: string): WireFinding => {
  return { fact, expected, seen: "", state: "not seen" };
};

function ofToken(body: Fields | undefined): WireFinding[] {
  const wrapped = "the token comes in {code, message, data}";
  const lasting = "expires_in is text, 604800";
  if (body === undefined) return [unseen("1.1", wrapped), unseen("1.5", lasting)];
  const data = toFields(body["data"]);
  const expires = (data["access_token"] === undefined ? body : data)["expires_in"];
  const length = Number(expires) === 604_800 ? ", 604800" : "";
  return [
    found("1.1", wrapped, keysOf(body), body["code"] === 0 && "access_token" in data),
    found("1.5", lasting, kindOf(expires) + length, expires === "604800"),
  ];
}

function ofRefusal(body: Fields | undefined, raw: RawFact | undefined): WireFinding[] {
  const code = "an unknown job is refused with HTTP 200 and code 100002";
  const words = "the words of a refusal are in message";
  if (body === undefined || raw === undefined) return [unseen("1.2", code), unseen("1.1", words)];
  const came = body["code"];
  const shown = typeof came === "number" ? String(came) : kindOf(came);
  return [
    found("1.2", code, `HTTP ${raw.status}, code ${shown}`, raw.status === 200 && came === 100002),
    found("1.1", words, keysOf(body), typeof body["message"] === "string"),
  ];
}

function ofDetail(body: Fields | undefined): WireFinding[] {
  const data = toFields(body?.["data"] ?? body?.["Result"] ?? body);
  const config = toFields(toList(data["framework_config"])[0]);
  const price = toFields(config["instance_spec_price_info"]);
  return checks.map(({ fact, expected, look }) => {
    if (body === undefined) return unseen(fact, expected);
    const looked = look({ body, data, config, price });
    return looked === undefined
      ? unseen(fact, expected)
      : found(fact, expected, looked.seen, looked.holds);
  });
}

interface Seen {
  readonly seen: string;
  readonly holds: boolean;
}

interface Check {
  readonly fact: string;
  readonly expected: string;
  look(parts: { body: Fields; data: Fields; config: Fields; price: Fields }): Seen | undefined;
}

const stages = ["created", "resource_prepared", "run", "finished"];
const uuid = new RegExp(`^${uuidPattern}$`);

const checks: readonly Check[] = [
  {
    fact: "1.1",
    expected: "a detail comes in {code, message, data}",
    look: ({ body }) => ({ seen: keysOf(body), holds: body["code"] === 0 && "data" in body }),
  },
  {
    fact: "2.2",
    expected: "created_at is ms since 1970 as text, in whole seconds",
    look: ({ data: { created_at: at } }) => {
      const isWhole = typeof at === "string" && /^\d{10}000$/.test(at);
      return { seen: kindOf(at) + (isWhole ? ", whole seconds" : ""), holds: isWhole };
    },
  },
  {
    fact: "2.2",
    expected: "envs is an empty list",
    look: ({ data: { envs } }) => ({ seen: kindOf(envs), holds: kindOf(envs) === "list of 0" }),
  },
  {
    fact: "2.2",
    expected: "there are keys that the page does not have",
    look: ({ data }) => {
      const known = new Set(jobFields());
      const more = Object.keys(data).filter((key) => !known.has(key));
      return { seen: namesOf(more), holds: more.length > 0 };
    },
  },
  {
    fact: "3.1",
    expected: "status is one of the 15 words",
    look: ({ data: { status } }) => {
      const word = typeof status === "string" && /^[a-z_]{1,40}$/i.test(status) ? status : "";
      return { seen: word || kindOf(status), holds: Object.hasOwn(statusClasses, word) };
    },
  },
  {
    fact: "3.2",
    expected: `timeline has ${stages.join(", ")}, as far as they are reached`,
    look: ({ data: { timeline } }) => {
      const keys = Object.keys(toFields(timeline));
      return {
        seen: namesOf(keys),
        holds: keys.length > 0 && keys.every((key) => stages.includes(key)),
      };
    },
  },
  {
    fact: "3.4",
    expected: "priority_level is LOW, NORMAL or HIGH, and priority is the weight of priority_name",
    look: ({
      data: { priority, priority_name: name, priority_level: level, task_priority: asked },
    }) => {
      const weight = { priority: Number(priority) };
      const isLevel = typeof level === "string" && /^(?:LOW|NORMAL|HIGH)$/.test(level);
      const shown = [name, priority, level, asked].map(toSmall).join(", ");
      const holds = isLevel && String(readPriority(weight).priority) === name;
      return { seen: `name, weight, level, task_priority: ${shown}`, holds };
    },
  },
  {
    fact: "3.5",
    expected: "the spec_id is instance_spec_price_info.quota_id, a UUID",
    look: ({ price: { quota_id: id } }) => {
      const isUuid = typeof id === "string" && uuid.test(id);
      return { seen: isUuid ? "a UUID" : kindOf(id), holds: isUuid };
    },
  },
  {
    fact: "6",
    expected: "a node that runs has a name such as qb-prod-gpuNNN",
    look: ({ data: { node_infos: nodes } }) => {
      const names = toList(nodes).map((node) => toFields(node)["node_name"]);
      if (names.length === 0) return undefined;
      return {
        seen: [...new Set(names.map(toNodeForm))].join(", "),
        holds: names.every(isNodeName),
      };
    },
  },
  {
    fact: "7",
    expected: "total_price_per_hour is a number, the price of one node",
    look: ({ price: { total_price_per_hour: each } }) => ({
      seen: kindOf(each),
      holds: typeof each === "number",
    }),
  },
];

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
