import { readFileSync } from "node:fs";
import { join } from "node:path";
import { toMarkdownTable } from "@qizhi/core/internal";
import { parse } from "yaml";
import { descriptions } from "./descriptions.zh.ts";

const actionDir = join(import.meta.dirname, "..");

/** The READMEs and the language of each. */
export const readmes = { "README.md": "en", "README.zh-CN.md": "zh" } as const;

/** A language of the READMEs. */
export type Language = (typeof readmes)[keyof typeof readmes];

type Entry = { description: string; default?: string; deprecationMessage?: string };
type ActionFile = { inputs: Record<string, Entry>; outputs: Record<string, Entry> };

const headers = {
  en: { inputs: ["Input", "Default", "What it does"], outputs: ["Output", "What it holds"] },
  zh: { inputs: ["输入", "默认值", "作用"], outputs: ["输出", "内容"] },
} as const;

/** The groups of inputs, each with its first one in action.yml. */
const groups = {
  "base-url": { en: "Connection", zh: "连接" },
  spec: { en: "Job", zh: "任务" },
  matrix: { en: "Sweep of many jobs", zh: "扫描" },
  wait: { en: "Waiting", zh: "等待" },
  "poll-interval": { en: "Tuning", zh: "微调" },
} as const;

const none = { en: "none", zh: "无" };
const ofSpec = { en: "the spec's", zh: "任务描述中的" };
const unlimited = { en: "no limit", zh: "不限" };

/** What stands for a default that is not a text. */
const words: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
  "max-nodes": unlimited,
  "max-cost": unlimited,
  "max-active": unlimited,
  "max-gpus": unlimited,
  "queue-timeout": unlimited,
  timeout: { en: "`timeout-minutes`", zh: "`timeout-minutes`" },
  "on-cancel": { en: "`stop`; `leave` with `job-id`", zh: "`stop`；有 `job-id` 时 `leave`" },
  ...Object.fromEntries(
    ["name", "command", "image", "nodes", "priority", "max-running-time", "log-dir"].map((name) => [
      name,
      ofSpec,
    ]),
  ),
};

/** The two tables of a README, from action.yml. */
export function toTables(language: Language): { inputs: string; outputs: string } {
  const file: ActionFile = parse(readFileSync(join(actionDir, "action.yml"), "utf8"));
  const describe = (kind: "inputs" | "outputs", name: string, { description }: Entry) => {
    if (language === "en") return description;
    const text = descriptions[kind][name];
    if (text === undefined) throw new Error(`descriptions.zh.ts lacks ${kind}.${name}`);
    return text;
  };
  const inputs = Object.entries(file.inputs).flatMap(([name, entry]) => {
    if (entry.deprecationMessage !== undefined) return [];
    const byDefault =
      entry.default === undefined ? (words[name] ?? none)[language] : `\`${entry.default}\``;
    return [[name, `\`${name}\``, byDefault, describe("inputs", name, entry)]];
  });
  const starts = Object.entries(groups).map(([first, title]) => {
    return { title: title[language], at: inputs.findIndex(([name]) => name === first) };
  });
  const inGroups = starts.map(({ title, at }, index) => {
    const rows = inputs.slice(at, starts[index + 1]?.at).map(([, ...cells]) => cells);
    return `### ${title}\n\n${toTable(headers[language].inputs, rows)}`;
  });
  const outputs = Object.entries(file.outputs).map(([name, entry]) => [
    `\`${name}\``,
    describe("outputs", name, entry),
  ]);
  return {
    inputs: inGroups.join("\n\n"),
    outputs: toTable(headers[language].outputs, outputs),
  };
}

/** Puts the tables between their markers. */
export function withTables(readme: string, language: Language): string {
  const tables = toTables(language);
  return (["inputs", "outputs"] as const).reduce((text, kind) => {
    const [start, end] = [`<!-- ${kind} -->`, `<!-- /${kind} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`the README lacks the markers of ${kind}`);
    return `${text.slice(0, from)}${start}\n\n${tables[kind]}\n\n${text.slice(to)}`;
  }, readme);
}

function toTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return toMarkdownTable(
    header,
    rows.map((cells) => cells.map((cell) => cell.replaceAll("|", "\\|"))),
  );
}
