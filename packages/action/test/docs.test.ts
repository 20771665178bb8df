import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { readmes, withTables } from "../scripts/tables.ts";
import { actionDir, countOf, toSpec } from "./bundle.ts";
import { readMarkdown } from "./markdown/read-markdown.ts";
import { readmeRows } from "./readme-rows.ts";
import { documented } from "./workflow/documented.ts";
import { runWorkflow } from "./workflow/run-workflow.ts";

const read = (name: string) => readFileSync(join(actionDir, name), "utf8");

describe.each(Object.entries(readmes))("%s", (name, language) => {
  test("has the tables of action.yml", () => {
    const text = read(name);
    expect(withTables(text, language)).toBe(text);
  });

  test("tells what is left running in every case", () => {
    const table = readMarkdown(read(name)).tables.find(
      ({ header }) => header.length === 3 && !/^(Input|输入)$/.test(header[0] ?? ""),
    );
    const rows = table?.rows.map(([what]) => what);
    expect(rows).toHaveLength(Object.keys(readmeRows).length);
    if (language === "en") expect(rows).toEqual(Object.keys(readmeRows));
  });

  test("warns of pull_request_target behind a link", () => {
    const page = language === "en" ? "ci.md" : "ci.zh-CN.md";
    expect(read(`../../docs/${page}`)).toContain("pull_request_target");
    expect(read(name)).toContain(`../../docs/${page}#${language === "en" ? "secrets" : "密钥"}`);
  });

  test("is read in five minutes, but for the inputs and outputs", () => {
    const [page = ""] = read(name).split("<!-- inputs -->");
    expect(page.split("\n").length).toBeLessThan(130);
  });
});

test("every row on what becomes of the job is proved by tests that are there", () => {
  for (const [row, proofs] of Object.entries(readmeRows)) {
    for (const [file, title] of proofs) {
      expect(read(`test/${file}`), row).toContain(`(${JSON.stringify(title)}, async`);
    }
  }
});

test("both READMEs show the same workflows", () => {
  const namesIn = (page: string) =>
    documented.flatMap((each) => (each.page.endsWith(`/${page}`) ? [each.workflow.name] : []));
  expect(namesIn("README.md")).toHaveLength(1);
  expect(namesIn("README.zh-CN.md")).toEqual(namesIn("README.md"));
});

// The others have tests of their own, and the Chinese pages the same workflows.
const names = new Set(["Train", "Nightly sweep", "Train behind a proxy"]);
const shown = documented.filter(
  ({ page, workflow }) => !page.includes("zh-CN") && names.has(workflow.name),
);

describe.concurrent("a workflow of the pages runs, word for word", () => {
  test.for(shown)("$name", async ({ workflow }) => {
    await using platform = await startLocalPlatform({ stages: 20, commands: "skip" });
    const { username, password } = platform.credentials;
    const login = { QIZHI_USERNAME: username, QIZHI_PASSWORD: password };
    const isSweep = workflow.name === "Nightly sweep";
    const { conclusion, actions } = await runWorkflow(workflow, {
      contexts: {
        vars: login,
        secrets: {
          ...login,
          WANDB_API_KEY: "wandb-0123456789",
          GCP_KEY: '{\n  "private_key": "MIIE=="\n}',
          PROXY_URL: "http://127.0.0.1:9",
        },
      },
      files: {
        "jobs/train.yaml": toSpec(),
        "jobs/sweep.yaml": toSpec({ command: "echo {{ matrix.lr }} {{ matrix.seed }}" }),
      },
      // Thirty requests at three a second would be ten seconds.
      inputs: { "base-url": platform.url, ...(isSweep && { "max-requests-per-second": "50" }) },
      overrides: { NODE_EXTRA_CA_CERTS: "" },
    });
    expect(actions).toMatchObject([{ conclusion: "success", problems: [], sent: { warning: 0 } }]);
    expect(conclusion).toBe("success");
    expect(countOf(platform, "create")).toBe(isSweep ? 6 : 1);
  });
});
