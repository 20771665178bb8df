import { isBuiltin } from "node:module";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import rootPackage from "../../../package.json" with { type: "json" };
import packageJson from "../package.json" with { type: "json" };

const cli = fileURLToPath(new URL("..", import.meta.url));
const tools = join(cli, "../../node_modules/.bin");
const { name: manager, version } = rootPackage.devEngines.packageManager;
const nodes = [process.execPath, process.env["QIZHI_TEST_NODE"], "/usr/bin/node"].flatMap((node) =>
  node !== undefined && existsSync(node) ? [node] : [],
);

let dir: string;
let tarball: string;
/** What is in the tarball. */
let unpacked: string;

async function run(file: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}) {
  const path = [tools, process.env["PATH"]].join(delimiter);
  const options = { cwd, env: { ...process.env, PATH: path, ...env } };
  return (await promisify(execFile)(file, args, options)).stdout;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "qizhi packed "));
  await run(
    "npx",
    ["-y", "--prefer-offline", `${manager}@${version}`, "pack", "--pack-destination", dir],
    cli,
  );
  tarball = join(dir, `qizhi-${packageJson.version}.tgz`);
  await run("tar", ["-xzf", tarball, "-C", dir], dir);
  unpacked = join(dir, "package");
}, 120_000);

afterAll(() => rm(dir, { recursive: true, force: true }));

test.each(nodes)(
  "npx with an empty cache, offline, runs the tarball on %s",
  { timeout: 120_000 },
  async (node) => {
    const empty = await mkdtemp(join(dir, "empty "));
    const env = {
      PATH: [dirname(node), dirname(process.execPath), process.env["PATH"]].join(delimiter),
      HOME: empty,
      npm_config_cache: join(empty, "cache"),
      npm_config_offline: "true",
    };
    const call = ["--yes", `./${basename(tarball)}`];
    expect(await run("npx", [...call, "--version"], dir, env)).toBe(`${packageJson.version}\n`);
    const example = join(cli, "examples/two-nodes.yaml");
    expect(await run("npx", [...call, "validate", example], dir, env)).toContain(example);
  },
);

test("it needs no other package, runs nothing at its installation, and has its licence", async () => {
  const packed = JSON.parse(await readFile(join(unpacked, "package.json"), "utf8"));
  for (const kind of ["dependencies", "optionalDependencies", "peerDependencies"]) {
    expect(packed[kind]).toBeUndefined();
  }
  const scripts = Object.keys(packed.scripts ?? {});
  expect(scripts.filter((name) => /install|prepare/.test(name))).toEqual([]);
  expect(await readFile(join(unpacked, "LICENSE"), "utf8")).toContain("MIT License");
});

test("it names the licence of every package that is in it", async () => {
  const notices = await readFile(join(unpacked, "dist/THIRD-PARTY-NOTICES.txt"), "utf8");
  for (const name of ["cac", "zod", "ofetch", "destr", "ufo", "yaml"]) {
    expect(notices).toMatch(new RegExp(`^${name} [\\d.]+ \\((MIT|ISC)\\)$`, "m"));
  }
  expect(notices).toContain("@modelcontextprotocol/sdk ");
  expect(notices).toContain("@clack/prompts ");
  // Once for each wording of the MIT licence.
  expect(notices.match(/Permission is hereby granted/g)).toHaveLength(2);
});

test("it holds no source map, nothing of this machine and no import but Node's own", async () => {
  const dist = join(unpacked, "dist");
  for (const file of await readdir(dist)) {
    expect(file).toMatch(/\.(cjs|txt)$/);
    const text = await readFile(join(dist, file), "utf8");
    expect(text).not.toContain("sourceMappingURL");
    expect(text).not.toContain(join(cli, "../.."));
    const imports = [...text.matchAll(/\b(?:require|import)\(["'`]([^"'`]+)/g)];
    if (file.startsWith("main-")) expect(imports.length).toBeGreaterThan(0);
    // The validator of the MCP SDK holds the text of code that it would generate, which nobody runs.
    const others = imports.filter(
      ([, from = ""]) => !isBuiltin(from) && !/^(\.\/|ajv(-formats)?\/dist\/)/.test(from),
    );
    expect(others).toEqual([]);
  }
});

test("publint has nothing to say", { timeout: 60_000 }, async () => {
  expect(await run("publint", ["--strict", tarball], dir)).toContain("All good!");
});
