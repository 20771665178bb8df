import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as core from "@qizhi/core";
import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const examples = (await readdir(here("../examples"))).toSorted();

/** What each example prints. */
const printed: Readonly<Record<string, RegExp>> = {
  "abort.ts": /^job_stopped\n$/,
  "any-endpoint.ts": /^\{"job_id":"hpc-1","asked":\{"name":"fluid"\}\}\n$/,
  "custom-operation.ts": /^hpc-fluid\nsubmission_unknown 3\n$/,
  "dashboard.ts": /^(?=.*first succeeded)(?=.*second succeeded)/s,
  "errors.ts": /^$/,
  "faults.ts": /^submission_unknown 1\n$/,
  "local-platform.ts": /^(queued\n|starting\n|running\n)*succeeded\n$/,
  "log-events.ts": /^login at 127\.0\.0\.1:\d+\ntoken 200 .+\ncreate 200 .+\njob-\S+\n$/,
  "many-jobs.ts": /seed-[123] succeeded\n$/,
  "own-transport.ts": /\/auth\/token 200 \d+ ms\n.*create 200 \d+ ms\njob-\S+\n$/,
  "submit-and-wait.ts": /^succeeded .+ \d+(\.\d+)?\n$/,
  "submit-once.ts": /^true\n$/,
  "sweep.ts": /^(hello-\S+ succeeded\n){3}$/,
  "token-store.ts": /^logged in, or still so\n$/,
};

const spec = `
name: hello
framework: pytorch
command: COMMAND
logic_compute_group_id: lcg-11111111-1111-4111-8111-111111111111
project_id: project-22222222-2222-4222-8222-222222222222
workspace_id: ws-33333333-3333-4333-8333-333333333333
task_priority: 4
framework_config:
  - image: docker.sii.shaipower.online/inspire-studio/base:v1
    image_type: SOURCE_OFFICIAL
    instance_count: 1
    shm_gi: 16
    spec_id: 44444444-4444-4444-8444-444444444444
`;

// Those that are tests themselves run with these.
const programs = examples.filter((file) => !file.endsWith(".test.ts"));

test.each(programs)("examples/%s runs", { timeout: 60_000 }, async (example) => {
  await using platform = await startLocalPlatform({ stages: 0 });
  const dir = await mkdtemp(join(tmpdir(), "qizhi-example-"));
  try {
    const command = example === "abort.ts" ? "sleep 60" : "echo hello";
    await writeFile(join(dir, "job.yaml"), spec.replace("COMMAND", command));
    const sweep = `${spec.replace("COMMAND", "echo {{ matrix.seed }}")}matrix: { seed: [1, 2, 3] }\n`;
    await writeFile(join(dir, "sweep.yaml"), sweep);
    await writeFile(join(dir, "body.json"), '{"name": "fluid"}');
    const { username, password } = platform.credentials;
    const env = {
      PATH: process.env["PATH"],
      QIZHI_BASE_URL: platform.url,
      QIZHI_USERNAME: username,
      QIZHI_PASSWORD: password,
      QIZHI_STATE_DIR: join(dir, "state"),
    };
    const file = join(here("../examples"), example);
    const run = await promisify(execFile)(process.execPath, [file], { env, cwd: dir });
    expect(run.stdout).toMatch(printed[example] ?? /^not told in this test$/);
    expect(run.stderr).toMatch(example === "errors.ts" ? /^spec .*name/s : /^$/);
    expect(run.stderr).not.toContain("undefined");
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

const readme = (file: string) => readFile(here(`../${file}`), "utf8");

// A code that is missing here, or too many, does not compile.
const errorCodes: Readonly<Record<core.QizhiErrorCode, true>> = {
  spec: true,
  input: true,
  auth: true,
  api: true,
  connection: true,
  response: true,
  submission_unknown: true,
  wait_timeout: true,
  wait_lost: true,
  job_gone: true,
  job_ended: true,
};

describe.each(["README.md", "README.zh-CN.md"])("%s", (file) => {
  test("shows every example as it is, and no other code", async () => {
    const blocks = [...(await readme(file)).matchAll(/^```ts\n(.*?)^```/gms)].map(
      ([, code]) => code,
    );
    const codes = examples.map((example) => readFile(join(here("../examples"), example), "utf8"));
    expect(blocks.toSorted()).toEqual((await Promise.all(codes)).toSorted());
  });

  test("says of every code of an error when it comes and what to do", async () => {
    const rows = [...(await readme(file)).matchAll(/^\| `(\w+)` \| `\w+` \| (.+) \| (.+) \|$/gm)];
    expect(rows.map(([, code]) => code)).toEqual(Object.keys(errorCodes));
  });

  test("has a row for every class of error", async () => {
    const rows = [...(await readme(file)).matchAll(/^\| `\w+` \| `(\w+)` \|/gm)].map(
      ([, name]) => name,
    );
    const classes = Object.keys(core).filter((name) => /^[A-Z]\w+Error$/.test(name));
    expect(rows.toSorted()).toEqual(classes.filter((name) => name !== "QizhiError").toSorted());
  });
});

test("the two languages have the same headings, codes, links and code", async () => {
  const [en = "", zh = ""] = await Promise.all([readme("README.md"), readme("README.zh-CN.md")]);
  const shape = (text: string) => ({
    levels: text.match(/^#+ /gm),
    codes: [...text.matchAll(/^\| `\w+` \| `\w+` \|/gm)].map(String),
    blocks: text.match(/^```.*?^```/gms),
    links: [...text.matchAll(/\]\((?!README)([^)]+)\)/g)].map(([, to]) =>
      to?.replace(".zh-CN", ""),
    ),
  });
  expect(shape(zh)).toEqual(shape(en));
});

test.each(["docs/api.md", "docs/api.zh-CN.md"])(
  "%s has every name of the public entries",
  async (file) => {
    const named = new Set((await readme(file)).match(/(?<=`)[A-Za-z]\w+|(?<=, )[A-Za-z]\w+/g));
    const lists = await Promise.all(
      ["index", "sweep", "journal", "local"].map((entry) =>
        readFile(here(`surface/${entry}.txt`), "utf8"),
      ),
    );
    const names = lists.flatMap((text) => text.split("\n").filter((line) => /^\w+$/.test(line)));
    expect(names.filter((name) => !named.has(name))).toEqual([]);
  },
);
