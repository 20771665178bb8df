import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toMarkdownTable } from "@qizhi/core/internal";
import { isMap, isScalar, parseDocument } from "yaml";
import { fields } from "../src/inputs/spec-inputs.ts";
import { toCells } from "../src/runner/text.ts";

const actionDir = join(import.meta.dirname, "..");

/** The READMEs and the language of each. */
export const readmes = { "README.md": "en", "README.zh-CN.md": "zh" } as const;

type Language = (typeof readmes)[keyof typeof readmes];

const headers = {
  en: { inputs: ["Input", "Default", "What it does"], outputs: ["Output", "What it holds"] },
  zh: { inputs: ["输入", "默认值", "作用"], outputs: ["输出", "内容"] },
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
  ...Object.fromEntries(fields.map(([name]) => [name, ofSpec])),
};

/** The entries of action.yml: the comment above a name begins a group, the one above a description is its Chinese. */
function readEntries(kind: "inputs" | "outputs") {
  const map = parseDocument(readFileSync(join(actionDir, "action.yml"), "utf8")).get(kind);
  if (!isMap(map)) throw new Error(`action.yml lacks ${kind}`);
  return map.items.flatMap(({ key, value }, at) => {
    if (!isScalar(key) || !isMap(value)) throw new Error(`action.yml has no entry in ${kind}`);
    if (value.has("deprecationMessage")) return [];
    const name = String(key.value);
    const zh = value.commentBefore?.trim();
    if (zh === undefined) throw new Error(`action.yml lacks the Chinese above ${kind}.${name}`);
    // `Connection / 连接` where a group begins; above the first entry it is the comment of them all.
    const group = (at === 0 ? map.commentBefore : key.commentBefore)?.trim();
    const en = String(value.get("description"));
    const byDefault: unknown = value.get("default");
    return [{ name, en, zh, group, byDefault }];
  });
}

/** The two tables of a README, from action.yml. */
function toTables(language: Language): { inputs: string; outputs: string } {
  const [title, heads] = [language === "en" ? 0 : 1, headers[language]];
  const inputs = readEntries("inputs");
  const starts = inputs.flatMap(({ group }, at) => (group === undefined ? [] : [{ group, at }]));
  const groups = starts.map(({ group, at }, index) => {
    const rows = inputs.slice(at, starts[index + 1]?.at).map((entry) => {
      const { name, byDefault } = entry;
      const word = byDefault === undefined ? (words[name] ?? none)[language] : `\`${byDefault}\``;
      return [`\`${name}\``, word, entry[language]];
    });
    return `### ${group.split(" / ")[title]}\n\n${toMarkdownTable(heads.inputs, rows.map(toCells))}`;
  });
  const outputs = readEntries("outputs").map((entry) => [`\`${entry.name}\``, entry[language]]);
  return {
    inputs: groups.join("\n\n"),
    outputs: toMarkdownTable(heads.outputs, outputs.map(toCells)),
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

// Run by itself, it writes the tables of action.yml into both READMEs.
if (process.argv[1] === import.meta.filename) {
  for (const [name, language] of Object.entries(readmes)) {
    const path = join(actionDir, name);
    writeFileSync(path, withTables(readFileSync(path, "utf8"), language));
  }
}
