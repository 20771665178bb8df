import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { access, chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { LocalPlatform } from "@qizhi/core/local";
import { startLocalPlatform } from "@qizhi/core/local";
import { describe, expect, test } from "vitest";
import { exitCode } from "../src/errors/exit-code.ts";
import {
  findAnchors,
  findBlocks,
  findCodeSpans,
  findLinks,
  findShape,
  readDoc,
  root,
  withoutBlocks,
} from "./docs-page.ts";
import type { Place } from "./run-cli.ts";
import { bin, createPlace, withChanges } from "./run-cli.ts";
import { openTerminal } from "./terminal.ts";

const run = promisify(execFile);
const password = "correct horse battery staple";
const toldJob = "job-11111111-1111-4111-8111-111111111111";
const all = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
const pairs = all
  .filter((name) => all.includes(name.replace(/\.md$/, ".zh-CN.md")))
  .map((name) => [`docs/${name}`, `docs/${name.replace(/\.md$/, ".zh-CN.md")}`] as const);
// The Chinese twins have the same blocks, which another test holds.
const pages = pairs.map(([page]) => page);

/** A place where `qizhi` is a command, with specs and one earlier job. */
async function createDocsPlace(platform: LocalPlatform): Promise<Place> {
  const place = await createPlace(platform);
  const folder = join(place.dir, "bin");
  await mkdir(folder);
  const shim = join(folder, "qizhi");
  await writeFile(shim, `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`);
  await chmod(shim, 0o755);
  await mkdir(join(place.dir, "jobs"));
  const example = await readDoc("packages/cli/examples/two-nodes.yaml");
  for (const name of ["job.yaml", "jobs/train.yaml"]) {
    await writeFile(join(place.dir, name), example);
  }
  expect(await place.run(["submit", "job.yaml", "--name", "first"])).toMatchObject({ code: 0 });
  return place;
}

/** Runs a shell block as it stands, but for what is answered in a terminal and what is installed. */
async function runBlock(code: string, place: Place, env: Record<string, string | undefined>) {
  const parts = code.split(/^(qizhi login .*|npm install -g qizhi)\n/m);
  for (const part of parts.filter((each) => each !== "")) {
    if (part.startsWith("npm install")) continue;
    if (part.startsWith("qizhi login")) {
      const changes = { env: { ...env, QIZHI_PASSWORD: undefined } };
      await using terminal = openTerminal(place, part.split(" ").slice(1), changes);
      await terminal.waitFor(/password/i);
      terminal.send(`${password}\r`);
      expect(await terminal.ended).toBe(0);
    } else {
      await run("sh", ["-euc", part], { env: withChanges(place.env, env), cwd: place.dir });
    }
  }
}

/** Runs a command of a page in a terminal until it shows a text. */
async function showFirst(
  line: string,
  text: string,
  place: Place,
  env: Record<string, string | undefined>,
) {
  await using terminal = openTerminal(place, line.split(" ").slice(1), { env });
  await terminal.waitFor(text);
}

describe.concurrent("every shell block runs, after the specs before it", () => {
  test.for(pages)("%s", { timeout: 60_000 }, async (page) => {
    await using platform = await startLocalPlatform({
      stages: 0,
      commands: "skip",
      credentials: { username: "your-name", password },
      jobs: [{ jobId: toldJob, status: "job_running", next: ["job_succeeded"] }],
    });
    await using place = await createDocsPlace(platform);
    const text = await readDoc(page);
    // Where the page logs in, the login that it keeps is the one that counts.
    const login = text.includes("qizhi login --")
      ? { QIZHI_USERNAME: undefined, QIZHI_PASSWORD: undefined }
      : {};
    const env = { PATH: `${join(place.dir, "bin")}:${place.env["PATH"]}`, ...login };
    for (const { language, code } of findBlocks(text)) {
      if (language === "yaml" && code.startsWith("# .qizhi/defaults.yaml\n")) {
        await mkdir(join(place.dir, ".qizhi"), { recursive: true });
        await writeFile(join(place.dir, ".qizhi/defaults.yaml"), code);
        // Workflows are run by the tests of the Action.
      } else if (language === "yaml" && !/^jobs:/m.test(code)) {
        const file = code.includes("matrix:") ? "sweep.yaml" : "job.yaml";
        await writeFile(join(place.dir, file), code);
        const checked = await place.run(["submit", file, "--dry-run"]);
        expect([page, checked.stderr, checked.code]).toEqual([page, expect.anything(), 0]);
      }
      if (language === "sh") await runBlock(code, place, env);
    }
    for (const span of findCodeSpans(text)) {
      // Asks its first question at once, not whether to replace what the page wrote before.
      if (span.startsWith("qizhi init ")) await showFirst(span, "◆  name", place, env);
      // Without the fixed port, which may be taken here.
      const free = span.replace(/ --port \d+/, "");
      if (span.startsWith("qizhi serve "))
        await showFirst(free, "export QIZHI_BASE_URL=", place, env);
    }
  });
});

test("every TypeScript block runs, and every JSON block is JSON", async () => {
  // Beside this file, so that imports resolve as in a project that has the package.
  const folder = await mkdtemp(join(import.meta.dirname, "docs-"));
  try {
    for (const [page] of pairs) {
      for (const { language, code } of findBlocks(await readDoc(page))) {
        if (language === "json") JSON.parse(code);
        if (language !== "ts") continue;
        await writeFile(join(folder, "example.ts"), code);
        await run(process.execPath, [join(folder, "example.ts")]);
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("each page has a Chinese twin, and the README names both", async () => {
  expect(pairs.length).toBeGreaterThan(7);
  const [english, chinese] = await Promise.all(["README.md", "README.zh-CN.md"].map(readDoc));
  for (const [en, zh] of pairs) {
    expect(english).toContain(`](${en})`);
    expect(chinese).toContain(`](${zh})`);
  }
});

test.each([...pairs, ["README.md", "README.zh-CN.md"] as const])(
  "%s and %s have the same blocks, code, headings, rows and items",
  async (en, zh) => {
    const [english, chinese] = await Promise.all([readDoc(en), readDoc(zh)]);
    const toBlocks = (text: string) =>
      findBlocks(text).map(({ language, code }) => [language, code.replaceAll(/ +# .*/g, "")]);
    expect(toBlocks(chinese)).toEqual(toBlocks(english));
    expect(findShape(chinese)).toEqual(findShape(english));
    expect(findCodeSpans(chinese)).toEqual(findCodeSpans(english));
  },
);

test.each([...pairs.map(([, zh]) => zh), "README.zh-CN.md"])(
  "bold text of %s is bold: Markdown takes no mark between punctuation and a Chinese letter",
  async (page) => {
    // Marks in code are none.
    const text = withoutBlocks(await readDoc(page)).replaceAll(/`[^`\n]+`/g, "``");
    const parts = text.split("**");
    expect(parts.length % 2).toBe(1);
    for (const [index, bold] of parts.entries()) {
      if (index % 2 === 0) continue;
      expect(`${bold}**${parts[index + 1]?.[0]}`).not.toMatch(/\p{P}\*\*[\p{L}\p{N}]/u);
      expect(`${parts[index - 1]?.at(-1)}**${bold}`).not.toMatch(/^[\p{L}\p{N}]\*\*\p{P}/u);
    }
  },
);

const linked = [
  ...all.map((name) => `docs/${name}`),
  "README.md",
  "README.zh-CN.md",
  "CONTRIBUTING.md",
  "CODE_OF_CONDUCT.md",
  "SECURITY.md",
  "AGENTS.md",
  "packages/runner-emulator/README.md",
  ...["core", "cli", "action"].flatMap((name) =>
    ["README.md", "README.zh-CN.md"].map((readme) => `packages/${name}/${readme}`),
  ),
];

test.each(linked)("every link of %s leads somewhere", async (page) => {
  const text = await readDoc(page);
  for (const { path, anchor } of findLinks(text)) {
    const target = path === "" ? page : join(dirname(page), path);
    await access(join(root, target));
    if (anchor === "") continue;
    expect([target, findAnchors(await readDoc(target))]).toEqual([
      target,
      expect.arrayContaining([anchor]),
    ]);
  }
});

test.each(["docs/troubleshooting.md", "docs/troubleshooting.zh-CN.md"])(
  "%s tells of every exit code and every error code what is left running",
  async (page) => {
    const text = await readDoc(page);
    for (const code of [...Object.values(exitCode), 70]) {
      expect(text).toMatch(new RegExp(`^\\|.*\\b${code}\\b.*\\|.*\\|.*\\|.*\\|$`, "m"));
    }
    const source = await readDoc("packages/core/src/errors/error-record.ts");
    const [union = ""] = /export type QizhiErrorCode =[^;]*;/.exec(source) ?? [];
    const codes = [...union.matchAll(/"(\w+)"/g)].map(([, code = ""]) => code);
    expect(codes.length).toBeGreaterThan(8);
    for (const code of codes) {
      const section = new RegExp(`^## ${code}\n(.*?)^## `, "ms").exec(text)?.[1];
      expect([code, section]).toEqual([code, expect.stringMatching(/Left running|还在运行/)]);
    }
  },
);

test("the page about the wire names every switch of the local platform", async () => {
  const source = await readDoc("packages/core/src/local/faults/wire.ts");
  const [options = ""] = /export interface WireOptions \{.*?^\}/ms.exec(source) ?? [];
  const switches = [...options.matchAll(/^ {2}(\w+): /gm)].map(([, name = ""]) => name);
  expect(switches.length).toBeGreaterThan(15);
  const named = findCodeSpans(await readDoc("docs/wire.md"));
  for (const name of switches) expect(named).toContain(name);
});
