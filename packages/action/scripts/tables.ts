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

type Entry = { description: string; default?: string };
type ActionFile = { inputs: Record<string, Entry>; outputs: Record<string, Entry> };

const headers = {
  en: { inputs: ["Input", "Default", "What it does"], outputs: ["Output", "What it holds"] },
  zh: { inputs: ["输入", "默认值", "作用"], outputs: ["输出", "内容"] },
} as const;

/** The two tables of a README, from action.yml. */
export function toTables(language: Language): { inputs: string; outputs: string } {
  const file: ActionFile = parse(readFileSync(join(actionDir, "action.yml"), "utf8"));
  const describe = (kind: "inputs" | "outputs", name: string, { description }: Entry) => {
    if (language === "en") return description;
    const text = descriptions[kind][name];
    if (text === undefined) throw new Error(`descriptions.zh.ts lacks ${kind}.${name}`);
    return text;
  };
  const inputs = Object.entries(file.inputs).map(([name, entry]) => [
    `\`${name}\``,
    entry.default === undefined ? "" : `\`${entry.default}\``,
    describe("inputs", name, entry),
  ]);
  const outputs = Object.entries(file.outputs).map(([name, entry]) => [
    `\`${name}\``,
    describe("outputs", name, entry),
  ]);
  return {
    inputs: toTable(headers[language].inputs, inputs),
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
