import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { actionDir } from "../bundle.ts";
import { readMarkdown } from "../markdown/read-markdown.ts";
import { parseWorkflow, type Workflow } from "../workflow-step.ts";

const root = join(actionDir, "../..");

/** A workflow that a page shows. */
export interface DocumentedWorkflow {
  readonly page: string;
  /** The page and the workflow's place on it. */
  readonly name: string;
  readonly text: string;
  readonly workflow: Workflow;
}

/** Every workflow of the READMEs and the pages, in both languages. */
export const documented: readonly DocumentedWorkflow[] = [
  "packages/action/README.md",
  "packages/action/README.zh-CN.md",
  ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
]
  .filter((page) => page.endsWith(".md"))
  .flatMap((page) =>
    readMarkdown(readFileSync(join(root, page), "utf8"))
      .codeBlocks.filter(({ lang, value }) => lang === "yaml" && /^jobs:/m.test(value))
      .map(({ value: text }) => {
        const workflow = parseWorkflow(text);
        return { page, name: `${page} ${workflow.name}`, text, workflow };
      }),
  );

/** The workflow of that name in the English pages. */
export function findWorkflow(name: string): Workflow {
  const found = documented.find(({ workflow }) => workflow.name === name);
  if (found === undefined) throw new Error(`no page shows a workflow called ${name}`);
  return found.workflow;
}
