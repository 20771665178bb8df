import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import rootPackage from "../../../package.json" with { type: "json" };
import { toBody } from "../src/local/body.fixture.ts";
import { startHttp, startSocks } from "../src/transport/connection/test-servers.fixture.ts";
import packageJson from "../package.json" with { type: "json" };
import { describePrograms, findTsc } from "./packed-programs.ts";

const core = fileURLToPath(new URL("..", import.meta.url));
const tools = join(core, "../../node_modules/.bin");
const { name: manager, version } = rootPackage.devEngines.packageManager;
const nodes = [process.execPath, process.env["QIZHI_TEST_NODE"], "/usr/bin/node"].flatMap((node) =>
  node !== undefined && existsSync(node) ? [node] : [],
);

let dir: string;
let tarball: string;
let app: string;

/** Runs a program in the app's folder; what it wrote. @throws it failed, with what it wrote. */
async function run(file: string, args: string[], cwd = app): Promise<string> {
  const env = { ...process.env, PATH: [tools, process.env["PATH"]].join(delimiter) };
  const { stdout } = await promisify(execFile)(file, args, { cwd, env });
  return stdout;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "qizhi packed "));
  await run(
    "npx",
    ["-y", "--prefer-offline", `${manager}@${version}`, "pack", "--pack-destination", dir],
    core,
  );
  tarball = join(dir, `qizhi-core-${packageJson.version}.tgz`);
  app = join(dir, "app");
  await mkdir(app);
  // The dependencies as the registry has them, without asking it.
  const resolve = createRequire(import.meta.url).resolve;
  for (const name of Object.keys(packageJson.dependencies)) {
    // A copy: pnpm links equal files to one another, and npm takes no links out of a tarball.
    const copy = join(dir, name);
    await cp(dirname(resolve(`${name}/package.json`)), copy, { recursive: true });
    await run("tar", ["-czf", `${copy}.tgz`, "-C", dir, name]);
  }
  await writeFile(join(app, "package.json"), JSON.stringify({ name: "app", private: true }));
  const tarballs = (await readdir(dir)).filter((file) => file.endsWith(".tgz"));
  const quiet = ["--silent", "--offline", "--no-audit", "--no-fund"];
  await run("npm", ["install", ...quiet, ...tarballs.map((file) => join(dir, file))]);
}, 120_000);

afterAll(() => rm(dir, { recursive: true, force: true }));

/** What a built file imports: all its imports stand at its head. */
function importsOf(text: string): string[] {
  const statement =
    /\s*(?:import|export)\s*(?:[\w$*,{}\s]+?from\s*)?["']([^"']+)["'];?|\s*\/\/.*\n/y;
  const found: string[] = [];
  for (let match = statement.exec(text); match !== null; match = statement.exec(text)) {
    if (match[1] !== undefined) found.push(match[1]);
  }
  return found;
}

const spec = JSON.stringify(toBody({ name: "hello", command: "echo hello" }));

const program = `
async function main() {
  const platform = await startLocalPlatform({ stages: 0 });
  try {
    const client = createClient({ baseUrl: platform.url, credentials: platform.credentials });
    const { job_id } = await client.createJob(${spec});
    const job = await client.waitForJob(job_id);
    console.log(summarizeJob(job, { baseUrl: client.baseUrl }).phase);
    await client.getJob("job-55555555-5555-4555-8555-555555555555").catch((error) => {
      console.log(error instanceof ApiError, isQizhiError(error) && error.code);
    });
  } finally {
    await platform.dispose();
  }
}
`;
const names = "ApiError, createClient, isQizhiError, summarizeJob";
const printed = "succeeded\ntrue api\n";

describe.each(nodes)("the packed library on %s", (node) => {
  test("works as an ES module", async () => {
    const imports = `import { ${names} } from "@qizhi/core";
import { startLocalPlatform } from "@qizhi/core/local";`;
    await writeFile(join(app, "use.mjs"), `${imports}\n${program}\nawait main();`);
    expect(await run(node, ["use.mjs"])).toBe(printed);
  });

  test("works by require", async () => {
    const imports = `const { ${names} } = require("@qizhi/core");
const { startLocalPlatform } = require("@qizhi/core/local");`;
    await writeFile(join(app, "use.cjs"), `${imports}\n${program}\nmain();`);
    expect(await run(node, ["use.cjs"])).toBe(printed);
  });
});

test("the packed library gets through a SOCKS proxy, with a password", async () => {
  await using server = await startHttp((_, response) => response.end("through"));
  await using socks = await startSocks("user:secret");
  const code = `import { createNodeFetch } from "@qizhi/core";
const { fetch } = createNodeFetch({ proxy: process.argv[2] });
console.log(await (await fetch(process.argv[3])).text());`;
  await writeFile(join(app, "socks.mjs"), code);
  for (const scheme of ["socks5", "socks5h"]) {
    const proxy = `${scheme}://user:secret@127.0.0.1:${socks.port}`;
    const url = `http://127.0.0.1:${server.port}/`;
    expect(await run(process.execPath, ["socks.mjs", proxy, url])).toBe("through\n");
  }
  expect(socks.records).toHaveLength(2);
});

const typed = `
import { createClient, type Job, type JobSpecInput } from "@qizhi/core";
import { startLocalPlatform, type LocalPlatform } from "@qizhi/core/local";
export * as internal from "@qizhi/core/internal";
export * as journal from "@qizhi/core/journal";
export * as sweep from "@qizhi/core/sweep";

export async function use(): Promise<Job> {
  await using platform: LocalPlatform = await startLocalPlatform({ stages: 0 });
  const client = createClient({ baseUrl: platform.url, credentials: platform.credentials });
  const spec: JobSpecInput = ${spec};
  const { job_id } = await client.createJob({ ...spec, max_running_time_ms: "2h", envs: { A: "1" } });
  const job = await client.getJob(job_id, { signal: new AbortController().signal });
  const gpus: number | undefined = job.framework_config?.[0]?.gpu_count;
  // @ts-expect-error the id is text
  const wrong: number = job.job_id;
  // @ts-expect-error no such field
  await client.createJob({ ...spec, nmae: "x" });
  for await (const update of client.watchJob(job_id)) {
    if (update.type === "job") console.log(update.phase, gpus, wrong);
  }
  return job;
}
`;

test.each<[string, object, string, string?]>([
  ["nodenext", {}, "use.mts"],
  ["nodenext, as CommonJS", {}, "use.cts"],
  ["nodenext without DOM", { lib: ["es2023"], types: ["node"] }, "use.mts"],
  ["bundler", { module: "esnext", moduleResolution: "bundler" }, "use.ts"],
  ["TypeScript 5.4", {}, "use.mts", "typescript-5.4"],
  ["TypeScript 5.9", {}, "use.mts", "typescript-5.9"],
])("the packed types suit a consumer: %s", { timeout: 60_000 }, async (_, own, file, compiler) => {
  const options = {
    target: "es2022",
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    types: [],
    ...own,
  };
  const types = join(app, "node_modules/@types");
  await mkdir(types, { recursive: true });
  const nodeTypes = join(core, "../../node_modules/@types/node");
  if (!existsSync(join(types, "node"))) await symlink(nodeTypes, join(types, "node"), "dir");
  await writeFile(join(app, file), typed);
  await writeFile(
    join(app, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, files: [file] }),
  );
  const tsc = findTsc(compiler ?? "typescript");
  const said = await run(process.execPath, [tsc, "-p", "."]).catch(
    (error: { stdout: string }) => error.stdout,
  );
  expect(said).toBe("");
});

describe("programs on the packed library", () => describePrograms(() => app));

describe("the tarball", () => {
  const installed = () => join(app, "node_modules/@qizhi/core");

  test("has what it names, its licence and the notices of what is in it, and nothing else", async () => {
    const files = await readdir(installed(), { recursive: true });
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "README.zh-CN.md"]));
    const known =
      /^(dist|docs|examples|[\w.-]+|docs\/[\w.-]+\.md|dist\/[\w.-]+\.(d\.ts|js|txt)|examples\/[\w.-]+\.ts)$/;
    const odd = files.filter((file) => !known.test(file));
    expect(odd).toEqual([]);
    const notices = await readFile(join(installed(), "dist/THIRD-PARTY-NOTICES.txt"), "utf8");
    for (const name of ["zod", "ofetch"]) {
      expect(notices).toMatch(new RegExp(`^${name} [\\d.]+ \\((MIT|ISC)\\)$`, "m"));
    }
  });

  test("needs only packages that it names, and points at no source map and no folder of ours", async () => {
    const dist = join(installed(), "dist");
    const builtin = /^node:|^(buffer|dns|events|net|stream|util)$/;
    for (const file of (await readdir(dist)).filter((each) => /\.(js|d\.ts)$/.test(each))) {
      const text = await readFile(join(dist, file), "utf8");
      expect(text).not.toMatch(/sourceMappingURL/);
      expect(text).not.toContain(join(core, "../.."));
      const packages = importsOf(text).filter(
        (from) => !from.startsWith(".") && !builtin.test(from),
      );
      const known = Object.keys(packageJson.dependencies);
      expect(packages.filter((from) => !known.includes(from.split("/")[0] ?? ""))).toEqual([]);
    }
  });

  test("loads no module of Node at its start: undici alone would take twice the time", async () => {
    const files = new Set(["index.js"]);
    for (const file of files) {
      const text = await readFile(join(installed(), "dist", file), "utf8");
      for (const from of importsOf(text)) {
        expect(from, file).not.toMatch(/^node:/);
        if (from.startsWith("./")) files.add(from.slice("./".length));
      }
    }
    expect(files.size).toBeGreaterThan(5);
  });

  test("keeps the docs of the fields of a job and a spec in its types", async () => {
    const dist = join(installed(), "dist");
    const files = (await readdir(dist)).filter((file) => file.endsWith(".d.ts"));
    const texts = await Promise.all(files.map((file) => readFile(join(dist, file), "utf8")));
    const types = texts.join("\n");
    expect(types).toContain("  /** GPUs **per node** (wire 2.2). */\n  gpu_count?: number");
    expect(types).toContain(
      "  /** Shell command, run by sh (not bash) once per node. */\n  command: string",
    );
  });

  test("runs nothing at its installation", async () => {
    const { scripts } = JSON.parse(await readFile(join(installed(), "package.json"), "utf8"));
    expect(Object.keys(scripts).filter((name) => /install|prepare/.test(name))).toEqual([]);
  });

  test("is fine in the eyes of publint and of arethetypeswrong", { timeout: 60_000 }, async () => {
    expect(await run("publint", ["--strict", tarball])).toContain("All good!");
    // require() works, as shown above, on every Node that the package is for.
    expect(await run("attw", ["--profile", "esm-only", tarball])).toContain("🟢");
  });
});
