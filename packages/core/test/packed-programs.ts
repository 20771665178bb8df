import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, realpath, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createContext, runInContext } from "node:vm";
import { Server } from "proxy-chain";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toBody } from "../src/local/body.fixture.ts";
import { startLocalPlatform, type LocalPlatform } from "../src/local/index.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const run = promisify(execFile);

const spec = toBody({ name: "hello", command: "echo hello" });

/** The compiler of a package such as `typescript-5.4`. */
export function findTsc(name: string): string {
  const found = ["..", "../../.."].map((up) => here(`${up}/node_modules/${name}`));
  const folder = found.find((each) => existsSync(each)) ?? name;
  return createRequire(join(folder, "package.json")).resolve("./bin/tsc");
}

/** Another runtime, where its package could be installed. */
function findRuntime(name: string, path: string): string | undefined {
  const file = here(`../../../node_modules/${name}/${path}`);
  return existsSync(file) ? file : undefined;
}

const runtimes = [
  ["Bun", findRuntime("@oven/bun-linux-x64", "bin/bun"), ["run"]],
  ["Deno", findRuntime("@deno/linux-x64-glibc", "deno"), ["run", "--allow-all", "--no-check"]],
] as const;

/** The programs that users would write, on the packed library. @param appOf the folder that has it installed. */
export function describePrograms(appOf: () => string): void {
  let dir: string;
  let platform: LocalPlatform;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    dir = join(appOf(), "programs");
    await mkdir(dir);
    await cp(here("programs"), dir, { recursive: true });
    for (const name of await readdir(here("../examples"))) {
      if (!name.endsWith(".test.ts")) await cp(here(`../examples/${name}`), join(dir, name));
    }
    const own = join(appOf(), "node_modules");
    for (const name of ["zod", "zod-3.25", "zod-4.0", "zod-4.5", "undici"]) {
      await symlink(await realpath(here(`../node_modules/${name}`)), join(own, name), "dir");
    }
    await mkdir(join(own, "@types"), { recursive: true });
    const nodeTypes = join(own, "@types/node");
    if (!existsSync(nodeTypes))
      await symlink(here("../../../node_modules/@types/node"), nodeTypes, "dir");
    await writeFile(join(dir, "package.json"), '{ "type": "module" }');
    await writeFile(join(dir, "job.yaml"), JSON.stringify(spec));
    platform = await startLocalPlatform({
      instant: true,
      routes: { "/openapi/v1/nodes/count": () => ({ data: { count: 2 } }) },
    });
    const { username, password } = platform.credentials;
    env = {
      PATH: process.env["PATH"],
      HOME: dir,
      QIZHI_BASE_URL: platform.url,
      QIZHI_USERNAME: username,
      QIZHI_PASSWORD: password,
      QIZHI_STATE_DIR: join(dir, "state"),
      SPEC: JSON.stringify(spec),
    };
  });

  afterAll(() => platform?.dispose());

  test.each([
    ["5.4", "typescript-5.4"],
    ["5.9", "typescript-5.9"],
    ["7", "typescript"],
  ])("compile under TypeScript %s", { timeout: 120_000 }, async (version, name) => {
    const files = (await readdir(dir)).filter((file) => /\.c?ts$/.test(file));
    const compilerOptions = {
      target: "es2022",
      lib: ["es2023", "dom", "esnext.disposable"],
      module: "nodenext",
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      // What the programs export has to be nameable.
      declaration: true,
      types: ["node"],
      // zod 4.0 and undici do not compile under every version.
      skipLibCheck: true,
    };
    // An older compiler lets no CommonJS file require an ES module.
    const fitting = version === "5.4" ? files.filter((file) => file !== "common.cts") : files;
    await writeFile(
      join(dir, "tsconfig.json"),
      JSON.stringify({ compilerOptions, files: fitting }),
    );
    const said = await run(process.execPath, [findTsc(name), "-p", "."], { cwd: dir }).catch(
      (error: { stdout: string }) => error,
    );
    expect(said.stdout).toBe("");
  });

  test.each<[string, RegExp]>([
    ["bot.ts", /^good job_succeeded 8 2\nbad job_failed 8 1\n200 100002\n$/],
    ["dashboard.ts", /first succeeded[^]*second succeeded|second succeeded[^]*first succeeded/],
    ["custom-operation.ts", /^hpc-fluid\nsubmission_unknown 3\n$/],
    ["token-store.ts", /^logged in, or still so\n$/],
    ["any-zod.ts", /^(true\n){6}12\n$/],
    ["runtime.ts", /^job_succeeded 1m 30s\n$/],
  ])("%s runs", async (file, printed) => {
    const { stdout } = await run(process.execPath, [file], { cwd: dir, env });
    expect(stdout).toMatch(printed);
  });

  test.each(["common", "common-import"])("%s.cts runs", async (name) => {
    const source = await readFile(join(dir, `${name}.cts`), "utf8");
    const plain = source
      .replace("import core =", "const core =")
      .replace(/: (unknown|Promise<void>)/, "");
    await writeFile(join(dir, `${name}.cjs`), plain);
    const { stdout } = await run(process.execPath, [`${name}.cjs`], { cwd: dir, env });
    expect(stdout).toBe("api\n");
  });

  test("proxy-fetch.ts runs through its proxy", async () => {
    let connections = 0;
    const prepareRequestFunction = () => {
      connections += 1;
      return {};
    };
    const proxy = new Server({ port: 0, host: "127.0.0.1", prepareRequestFunction });
    await proxy.listen();
    try {
      const own = { ...env, PROXY: `http://127.0.0.1:${proxy.port}` };
      const { stdout } = await run(process.execPath, ["proxy-fetch.ts"], { cwd: dir, env: own });
      expect(stdout).toBe("job_succeeded\n");
      expect(connections).toBeGreaterThan(0);
    } finally {
      await proxy.close(true);
    }
  });

  for (const [name, file, args] of runtimes) {
    test.skipIf(file === undefined)(`runtime.ts runs on ${name}`, async () => {
      const { stdout } = await run(file ?? "", [...args, "runtime.ts"], { cwd: dir, env });
      expect(stdout).toBe("job_succeeded 1m 30s\n");
    });
  }

  describe("bundled for where there is no Node", () => {
    /** Runs a bundle where there is only what browsers and workers have. */
    async function load(file: string, condition: string): Promise<Record<string, unknown>> {
      const bundle = await rolldown({
        input: join(dir, file),
        platform: "browser",
        resolve: { conditionNames: [condition, "import", "default"] },
      });
      const { output } = await bundle.generate({ format: "iife", name: "program" });
      const names = [
        "fetch,setTimeout,clearTimeout,performance,AbortController,AbortSignal,URL,TextDecoder",
        "atob,btoa,console,crypto,DOMException,TextEncoder,Headers",
      ];
      const globals = names.join(",").split(",");
      const context = createContext(
        Object.fromEntries(globals.map((name) => [name, Reflect.get(globalThis, name)])),
      );
      return runInContext(`${output[0].code}\nprogram;`, context);
    }

    test("web.ts submits and waits in a browser", async () => {
      const { submit } = await load("web.ts", "browser");
      const { url: baseUrl, credentials } = platform;
      if (typeof submit !== "function") throw new Error("the bundle exports no submit");
      expect(await submit({ baseUrl, credentials, spec })).toBe("succeeded api");
    });

    test("worker.ts submits and waits in a worker", async () => {
      const worker = Object((await load("worker.ts", "workerd"))["worker"]);
      expect(await worker.fetch(spec, env)).toEqual({ status: "job_succeeded" });
    });
  });
}
